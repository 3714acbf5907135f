from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bot.bootstrap.first_login import ensure_first_login
from bot.bootstrap.private_files import get_signing_key
from bot.domain.staff import Role
from bot.errors import EmbeddedServerError, SettingsError
from bot.service.add_staff import add_staff
from bot.service.passwords import hash_password
from bot.service.road import Road
from bot.settings import load_settings
from bot.storage.staff import get_login, set_password_hash


def get_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_first_login_is_made_once_and_shown_while_it_works(road: Road, tmp_path: Path) -> None:
    made = await ensure_first_login(road, tmp_path)
    assert made is not None
    assert made.path.stat().st_mode & 0o077 == 0
    assert await ensure_first_login(road, tmp_path) == made
    async with road.database.begin() as connection:
        login = await get_login(connection, made.email)
        assert login is not None
        assert login.staff.roles == {Role.ADMIN}
        await set_password_hash(connection, login.staff.id, await hash_password("another password"))
    assert await ensure_first_login(road, tmp_path) is None


async def test_no_login_is_made_where_somebody_may_log_in(road: Road, tmp_path: Path) -> None:
    await add_staff(
        road, email="mara@lyra.example", name="Mara", password="a long password", roles=[Role.ADMIN]
    )
    assert await ensure_first_login(road, tmp_path) is None
    assert get_names(tmp_path) == []


def test_signing_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISAVIS_SECRET", raising=False)
    settings = load_settings(data=tmp_path)
    key = get_signing_key(settings)
    assert len(key) >= 32
    assert get_signing_key(settings) == key
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_given_secret_is_used_unless_it_is_too_short(tmp_path: Path) -> None:
    assert get_signing_key(load_settings(data=tmp_path, secret="x" * 16)) == b"x" * 16
    with pytest.raises(SettingsError, match="VISAVIS_SECRET"):
        get_signing_key(load_settings(data=tmp_path, secret="short"))


async def test_two_processes_that_start_at_once_show_the_same_login_and_it_works(
    road: Road, tmp_path: Path
) -> None:
    """Both find nobody who may log in; what the slower one prints must open the desk all the same."""
    one, other = await asyncio.gather(ensure_first_login(road, tmp_path), ensure_first_login(road, tmp_path))
    assert one is not None
    assert other == one
    assert await ensure_first_login(road, tmp_path) == one
    assert get_names(tmp_path) == ["first-login.txt"]


async def test_two_machines_that_start_at_once_show_one_login(road: Road, tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "other")
    shown = await asyncio.gather(*(ensure_first_login(road, folder) for folder in folders))
    assert sum(login is not None for login in shown) == 1


async def test_a_damaged_login_file_is_written_again(road: Road, tmp_path: Path) -> None:
    (tmp_path / "first-login.txt").write_text("half")
    made = await ensure_first_login(road, tmp_path)
    assert made is not None
    assert made.path.read_text().split() == [made.email, made.password]


def test_processes_that_start_at_once_agree_on_the_signing_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would refuse the visitors of the other otherwise."""
    monkeypatch.delenv("VISAVIS_SECRET", raising=False)
    at_once = 8
    start = Barrier(at_once)

    def get_key(folder: Path) -> bytes:
        start.wait()
        return get_signing_key(load_settings(data=folder))

    with ThreadPoolExecutor(at_once) as pool:
        for number in range(20):
            folder = tmp_path / str(number)
            assert len(set(pool.map(get_key, [folder] * at_once))) == 1
            assert get_names(folder) == ["secret"]


async def test_a_folder_that_cannot_be_used_is_one_sentence(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISAVIS_SECRET", raising=False)
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedServerError, match=r"cannot use the data folder .*VISAVIS_DATA"):
        get_signing_key(load_settings(data=tmp_path / "file"))
    with pytest.raises(EmbeddedServerError, match=r"cannot use the data folder .*VISAVIS_DATA"):
        await ensure_first_login(road, tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISAVIS_SECRET", raising=False)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    with pytest.raises(EmbeddedServerError, match="it may not be written by this user"):
        get_signing_key(load_settings(data=folder))
