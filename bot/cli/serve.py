"""`visavis serve`."""

from __future__ import annotations

import gc
import time
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.options import Project


class RoleName(StrEnum):
    """`ServiceRole`, said again so that `--help` need not load the settings."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"
    COURIER = "courier"
    CLOCK = "clock"


def serve(
    *,
    role: Annotated[
        RoleName,
        typer.Option(help="What this process does. Several processes may share one PostgreSQL and Redis."),
    ] = RoleName.ALL,
    host: Annotated[str | None, typer.Option(help="Address to listen on  \\[env: HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on  \\[env: PORT]")] = None,
    ops_port: Annotated[
        int | None,
        typer.Option(
            help="Port for /healthz and /metrics of a role without pages  \\[env: VISAVIS_OPS_PORT]"
        ),
    ] = None,
    project: Project = None,
) -> None:
    """Start the service. Ctrl-C stops it once the answers under way are finished.

    **web** serves pages and webhooks, **worker** answers, **courier** delivers,
    **clock** sweeps and runs timers; **all** is every one of them.
    /healthz and /metrics are served with the pages; worker, courier and clock listen nowhere unless
    --ops-port says where.

    Without DATABASE_URL and REDIS_URL it runs its own PostgreSQL and Valkey, with data in .visavis/
    (or VISAVIS_DATA); other roles on the same machine then join these.
    """
    begun = time.monotonic()
    gc.disable()  # until the service is ready: see `run_service`
    from bot.logs import configure_logging  # before all that logs: it leaves out what servers do not need

    # isort: split
    import uvloop

    from bot.bootstrap.project import enter_project
    from bot.bootstrap.roles import run_service
    from bot.settings import ServiceRole, load_settings

    settings = enter_project(load_settings(host=host, port=port, ops_port=ops_port, project=project))
    configure_logging(settings.log_format)
    uvloop.run(run_service(settings, ServiceRole(role.value), begun=begun))


def add_commands(app: typer.Typer) -> None:
    """Register."""
    app.command(rich_help_panel="Run")(serve)
