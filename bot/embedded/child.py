"""A server as a child process: start it, wait until it is ready, stop it, say in words why it failed."""

from __future__ import annotations

import errno
import importlib.util
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import EmbeddedServerError
from bot.settings import get_environment

_LAUNCH = Path(__file__).with_name("launch.py")
_READY_SECONDS = 60.0  # a crash recovery after a busy hour takes seconds, not milliseconds
_LOG_BYTES = 5_000_000
_TAIL_BYTES = 4_000
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")  # never PG*: they would change the server

HOST = "127.0.0.1"


class PortTaken(EmbeddedServerError):
    """Somebody else listens on the port that was chosen."""


class StillInUse(EmbeddedServerError):
    """Processes of a server that was killed have not ended yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running server. `url` contains `password`."""

    name: str
    url: str = field(repr=False)
    port: int
    password: str = field(repr=False)
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.process.pid

    def exited(self) -> bool:
        """Tell whether it is gone."""
        return self.process.poll() is not None

    def stop(self, *, grace: float = 15.0) -> None:
        """Stop it, by force when it has not stopped after `grace` seconds. Blocks; twice is fine."""
        if self.exited():
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The system user a server runs as; None, None is ours."""

    uid: int | None = None
    gid: int | None = None


def find_wheel(package: str) -> Path:
    """Return the folder of an installed package without importing it (that would take 0.15 s)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"the Python package {package} is not installed: run `make serve` again")
    return Path(spec.origin).parent


def choose_account(folder: Path) -> Account:
    """Return the user for a server whose data lie in `folder`: ours, or as root its owner or nobody."""
    if os.geteuid() != 0:
        return Account()
    if folder.exists() and folder.stat().st_uid != 0:
        return Account(uid=folder.stat().st_uid, gid=folder.stat().st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def launch_command(command: Sequence[object], *, account: Account, stop_signal: signal.Signals) -> list[str]:
    """Wrap a server's command line: it stops with the thread that starts it, and is not root."""
    who = ["-", "-"] if account.uid is None else [str(account.uid), str(account.gid)]
    launch = [sys.executable, "-I", "-S", "-B", str(_LAUNCH)]
    return [*launch, str(os.getpid()), *who, str(int(stop_signal)), *map(str, command)]


def child_environment() -> dict[str, str]:
    """Return the few variables a server may see; its messages are in English."""
    kept = {name: value for name, value in get_environment().items() if name in _KEPT_VARIABLES}
    return {**kept, "LC_ALL": "C"}


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server whose output goes to `log`, in a session of its own and in `folder` (None: ours).

    A Ctrl-C in the terminal must reach us alone: we finish our turns before the servers stop.
    """
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 (our own wheels' programs, no shell)
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=child_environment() if environment is None else environment,
            cwd=folder,
            start_new_session=True,
        )
    assert process.stdin is not None
    try:
        process.stdin.write(stdin)
        process.stdin.close()
    except BrokenPipeError:
        process.wait()  # it died at once: `wait_ready` reads the reason in the log
    return process


def wait_ready(
    child: Child, *, log: Path, log_start: int, ready: Callable[[], bool], patience: float = _READY_SECONDS
) -> None:
    """Return when `ready()` says so, within `patience` seconds.

    Raises `EmbeddedServerError` with the reason when it dies.
    """
    deadline = time.monotonic() + patience
    while not child.exited():
        if ready():
            return
        if time.monotonic() > deadline:
            child.stop(grace=1)
            raise EmbeddedServerError(f"{child.name} was not ready after {patience:.0f} s, see {log}")
        time.sleep(0.01)
    raise explain_failure(child.name, read_tail(log, log_start), log=log, port=child.port)


def explain_failure(name: str, output: str, *, log: Path, port: int | None = None) -> EmbeddedServerError:
    """Turn what a dead server wrote last into one sentence."""
    if "ddress already in use" in output:
        return PortTaken(f"{name} cannot listen on {HOST}:{port}: another program has that port")
    if "pre-existing shared memory block" in output:
        return StillInUse(f"{name} cannot start: processes of one that was killed still use {log.parent}")
    if "No space left on device" in output:
        return EmbeddedServerError(f"{name} cannot start: the disk of {log.parent} is full")
    if "Permission denied" in output:
        return EmbeddedServerError(f"{name} cannot start: it may not read or write below {log.parent}")
    lines = [line for line in output.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line or "rror" in line]
    reason = (fatal or lines or ["it said nothing"])[-1].strip()
    return EmbeddedServerError(f"{name} did not start: {reason} (its log: {log})")


def read_tail(log: Path, start: int) -> str:
    """Return the end of what was written to `log` since byte `start`."""
    try:
        size = log.stat().st_size
        with log.open("rb") as file:
            file.seek(max(start if start <= size else 0, size - _TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def log_size(log: Path) -> int:
    """Return where the next line of `log` will start."""
    return log.stat().st_size if log.exists() else 0


def choose_port() -> int:
    """Return a loopback port that is free now. Another program may be faster: see `PortTaken`."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def telling_folder(folder: Path) -> Iterator[None]:
    """Turn a folder that cannot be used into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            reason = "the disk is full"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            reason = "it may not be written by this user"
        else:
            reason = error.strerror or str(error)
        raise EmbeddedServerError(
            f"cannot use the data folder {folder}: {reason}; set VISAVIS_DATA to another",
        ) from error
