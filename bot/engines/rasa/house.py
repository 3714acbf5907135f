"""A Rasa that is started here: its folder, its action server beside it, both started again when they die."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import structlog

from bot.embedded.child import (
    HOST,
    Account,
    Child,
    choose_port,
    launch_command,
    log_size,
    spawn,
    telling_folder,
    wait_ready,
)
from bot.embedded.servers import Keeper
from bot.engines.rasa.installation import STOP_SIGNAL
from bot.engines.rasa.project_copy import write_endpoints

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.engines.rasa.installation import Installation

log = structlog.get_logger(__name__)

CHANNEL = "visavis"
_PATIENCE = 300.0  # seconds; ten on a calm machine, but a large model on a busy one takes its time
_LOOK_EVERY = 0.1
_TELL_EVERY = 10.0
_ACTIONS = "actions"
_MODEL = "model.tar.gz"
_CREDENTIALS = "visavis_inside.Channel:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to start it. Logs, and folders of the processes that run one, lie in `place`.

    `actions` is the address of an action server; None: the project's actions are run beside it, if any.
    """

    installation: Installation
    place: Path
    actions: str | None = None


class RasaHouse:
    """A running Rasa. `url` and `token` are how to reach it; they stay the same when it is started again."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = plan.place / f"{os.getpid()}-{secrets.token_hex(4)}"
        self._keepers: list[Keeper] = []
        self.token = secrets.token_urlsafe(24)
        self.url = ""

    async def open(self, model: bytes) -> None:
        """Start everything, Rasa with its archive `model`.

        Raises `EmbeddedServerError` with the reason when it does not start; `close` it then, too.
        """
        await asyncio.to_thread(self._prepare, model)
        actions = self._plan.actions or await self._open_actions()
        await asyncio.to_thread(self._write_files, actions)
        rasa = await self._keep(self._start_rasa)
        self.url = rasa.url

    async def close(self) -> None:
        """Stop everything and remove the folder."""
        for keeper in reversed(self._keepers):
            await keeper.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _open_actions(self) -> str | None:
        if not (self._plan.installation.project / _ACTIONS).is_dir():
            return None
        return f"{(await self._keep(self._start_actions)).url}/webhook"

    async def _keep(self, start: Callable[[Child | None], Child]) -> Child:
        keeper = Keeper(start)
        self._keepers.append(keeper)
        return await keeper.open()

    def _prepare(self, model: bytes) -> None:
        with telling_folder(self._plan.place):
            self._plan.place.mkdir(parents=True, exist_ok=True)
            remove_left(self._plan.place)
            self._folder.mkdir(mode=0o700)
            (self._folder / _MODEL).write_bytes(model)

    def _write_files(self, actions: str | None) -> None:
        ours: dict[str, object] = {"tracker_store": {"type": "visavis_inside.RecentTrackers"}}
        if actions is not None:
            ours["action_endpoint"] = {"url": actions}
        write_endpoints(self._plan.installation.project, self._folder, ours)
        (self._folder / "credentials.yml").write_text(_CREDENTIALS)

    def _start_rasa(self, dead: Child | None) -> Child:
        port = dead.port if dead else choose_port()
        where = ("--enable-api", "--interface", HOST, "--port", str(port), "--auth-token", self.token)
        what = ("--model", _MODEL, "--endpoints", "endpoints.yml", "--credentials", "credentials.yml")
        output = self._plan.place / "rasa.log"
        started = log_size(output)
        process = self._plan.installation.run(("run", *where, *what), folder=self._folder, log=output)
        child = _child("Rasa", port, process)
        self._wait(child, output, started, path=f"/status?token={self.token}")
        return child

    def _start_actions(self, dead: Child | None) -> Child:
        port = dead.port if dead else choose_port()
        program = [sys.executable, "-m", "rasa_sdk", "--actions", _ACTIONS, "--port", str(port)]
        output = self._plan.place / "actions.log"
        started = log_size(output)
        process = spawn(
            launch_command(program, account=Account(), stop_signal=STOP_SIGNAL),
            log=output,
            environment={**self._plan.installation.environment, "SANIC_HOST": HOST},
            folder=self._plan.installation.project,
        )
        child = _child("Rasa's action server", port, process)
        self._wait(child, output, started, path="/health")
        return child

    @staticmethod
    def _wait(child: Child, output: Path, started: int, *, path: str) -> None:
        begun = time.monotonic()
        look = _Look(child=child, path=path, begun=begun)
        wait_ready(child, log=output, log_start=started, ready=look, patience=_PATIENCE)
        log.info("started", server=child.name, seconds=round(time.monotonic() - begun, 1))


@dataclass(slots=True, kw_only=True)
class _Look:
    """Asks a server whether it is ready, and tells people that it is not."""

    child: Child
    path: str
    begun: float
    told: int = 1

    def __call__(self) -> bool:
        """Return whether it answers as it does when it is ready. Blocks a moment."""
        time.sleep(_LOOK_EVERY)
        waited = time.monotonic() - self.begun
        if waited > self.told * _TELL_EVERY:
            self.told += 1
            log.info("still starting", server=self.child.name, seconds=round(waited))
        with suppress(OSError):
            socket.create_connection((HOST, self.child.port), timeout=1).close()
            with urllib.request.urlopen(f"{self.child.url}{self.path}", timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's word for done
        return False


def _child(name: str, port: int, process: object) -> Child:
    return Child(
        name=name,
        url=f"http://{HOST}:{port}",
        port=port,
        password="",
        process=process,  # type: ignore[arg-type]
        stop_signal=STOP_SIGNAL,
    )


def remove_left(place: Path) -> None:
    """Remove folders of processes that are no more."""
    for folder in place.iterdir():
        pid, _, _ = folder.name.partition("-")
        if folder.is_dir() and pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
