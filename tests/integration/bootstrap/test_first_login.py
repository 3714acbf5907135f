from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.first_login import ensure_first_login
from bot.bootstrap.private_files import get_signing_key
from bot.domain.staff import Role
from bot.errors import SettingsError
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
