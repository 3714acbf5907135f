"""The disk under PostgreSQL is full: everybody is told so, and once there is space the work goes on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.service import Service
from tests.integration.processes.disturbed import under_load
from tests.integration.processes.load import Load

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 220  # MB: the cluster, its write-ahead log, and a little
# A table that finds no room is told as such. Where the log of changes finds none, PostgreSQL ends itself and
# does not start until there is room: then callers hear that it is away, and our log says why.
TOLD = frozenset(
    {
        "503 PostgreSQL's disk is full: nothing new can be taken in",
        "503 PostgreSQL does not answer: nothing new can be taken in",
    }
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that can be filled without hurting anybody. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("a small disk can only be mounted by root: the full disk is not tried here")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here ({done.stderr.strip()}): the full disk is not tried here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave nothing free."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            return


def is_told_in_log(service: Service) -> bool:
    """Tell whether the log names the cause."""
    reasons = [str(line.get("reason")) for line in service.lines()]
    return any("disk is full" in reason or reason.endswith("postgres is full") for reason in reasons)


@pytest.mark.parametrize("ends", [False, True], ids=["it goes on", "it ends"])
async def test_full_disk(project: Path, small_disk: Path, tmp_path: Path, *, ends: bool) -> None:
    data = small_disk / "data"
    data.mkdir()
    service = Service(project=project, data=data, log_folder=tmp_path)
    try:
        service.start().wait_ready()

        async def disturb(load: Load) -> None:
            postgres = int((data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            await asyncio.to_thread(fill, small_disk)
            if ends:
                with suppress(ProcessLookupError):  # it may have ended by itself
                    os.kill(postgres, signal.SIGKILL)
            async with asyncio.timeout(120):
                while not (load.told and is_told_in_log(service)):
                    # Tables have some room left, and who is kept waiting says nothing new.
                    load.add_customer()
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1)
            (small_disk / "ballast").unlink()

        load = await under_load(service, "disk", disturb)
        assert load.told <= TOLD
    finally:
        service.close()
