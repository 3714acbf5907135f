"""`visavis actions`: the project's actions for a Rasa server."""

from __future__ import annotations

import asyncio
import signal
import sys
from ipaddress import ip_address
from typing import TYPE_CHECKING

from bot.bootstrap.listening import bound_socket, serving
from bot.bootstrap.project import open_project
from bot.engines.native.actions import LocalActions
from bot.errors import ActionError, SettingsError
from bot.plugins import load_actions
from bot.web.action_server import make_action_app

if TYPE_CHECKING:
    from bot.settings import Settings


async def serve_actions(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises `ProjectError`, `ActionError` where there are none or one cannot be loaded, and `SettingsError`
    for an address that others reach without a token.
    """
    if settings.actions_token is None and not _is_own_machine(settings.host):
        raise SettingsError(
            f"{settings.host} is reached by others: set VISAVIS_ACTIONS_TOKEN, and the same `token` under "
            "`action_endpoint` in Rasa's endpoints.yml"
        )
    spec = open_project(settings).actions
    actions = load_actions(settings.project)
    if not actions:
        raise ActionError("there are no actions here: write rasa_sdk classes into actions/")
    app = make_action_app(LocalActions(actions, spec), token=settings.actions_token)
    with bound_socket(settings) as listener:
        patience = spec.limit.total_seconds()
        async with serving(app, listener, settings=settings, patience=patience) as url:
            sys.stdout.write(f"\n  {len(actions)} actions at {url}/webhook\n\n")
            sys.stdout.flush()
            await _wait_for_signal()


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _wait_for_signal() -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()
