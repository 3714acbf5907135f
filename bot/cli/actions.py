"""`visavis actions`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def actions(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on  \\[env: HOST]")] = None,
    port: Annotated[int, typer.Option(help="Port to listen on")] = 5055,
) -> None:
    """Serve the project's actions to a Rasa server, as rasa_sdk's own action server does.

    Rasa's endpoints.yml names it: **action_endpoint: {url: http://127.0.0.1:5055/webhook}**. Visavis itself
    does not need it: `visavis serve` runs the actions by itself. To be reached from other machines it wants
    a token in VISAVIS_ACTIONS_TOKEN.
    """
    from bot.bootstrap.action_service import serve_actions
    from bot.bootstrap.project import enter_project
    from bot.logs import configure_logging
    from bot.settings import load_settings

    settings = enter_project(load_settings(host=host, port=port))
    configure_logging(settings.log_format)
    asyncio.run(serve_actions(settings))


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Run")(actions)
