"""What a user reads when an embedded server does not start: one sentence, whichever way it comes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.embedded import embedded_servers
from bot.errors import EmbeddedServerError
from bot.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    return load_settings(data=tmp_path / "data")


def make_cluster_of(version: str, data: Path) -> None:
    cluster = data / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text(f"{version}\n")


async def open_servers(settings: Settings) -> None:
    async with embedded_servers(settings):
        pass


async def join(settings: Settings) -> None:
    async with embedded_servers(settings, join=True):
        pass


async def test_data_of_another_version_are_one_sentence(settings: Settings) -> None:
    make_cluster_of("15", settings.data)
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 15"):
        await open_servers(settings)


async def test_a_cluster_without_its_files_is_one_sentence(settings: Settings) -> None:
    (settings.data / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(EmbeddedServerError, match="cannot use the data folder"):
        await open_servers(settings)


async def test_two_servers_that_fail_are_one_sentence(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "postgres").touch()
    (settings.data / "valkey").touch()
    with pytest.raises(EmbeddedServerError, match="cannot use the data folder"):
        await open_servers(settings)


@pytest.mark.parametrize("name", ["lock", "servers.json"])
async def test_a_folder_in_which_a_file_cannot_be_written_is_one_sentence(
    settings: Settings, name: str
) -> None:
    (settings.data / name).mkdir(parents=True)
    with pytest.raises(EmbeddedServerError, match=r"cannot use the data folder .*VISAVIS_DATA"):
        await open_servers(settings)


async def test_who_may_not_read_where_the_servers_are_is_told_so(settings: Settings) -> None:
    async with embedded_servers(settings):
        (settings.data / "servers.json").unlink()
        (settings.data / "servers.json").mkdir()  # nobody reads that, not even root
        with pytest.raises(EmbeddedServerError, match="cannot use the data folder"):
            await join(settings)
        (settings.data / "servers.json").rmdir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_of_somebody_else_is_one_sentence(settings: Settings) -> None:
    settings.data.mkdir(mode=0o500)
    with pytest.raises(EmbeddedServerError, match="it may not be written by this user"):
        await open_servers(settings)


def test_the_command_says_it_without_a_traceback(tmp_path: Path) -> None:
    make_cluster_of("15", tmp_path)
    known = {**os.environ, "PYTHONPATH": str(ROOT), "VISAVIS_DATA": str(tmp_path)}  # noqa: TID251 - a child's
    done = subprocess.run(
        [sys.executable, "-m", "bot", "db", "upgrade"],
        env={name: value for name, value in known.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "made by PostgreSQL 15" in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("visavis:")]) == 1
