"""How passwords are kept, which all other tests do more quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from argon2 import PasswordHasher
from yarl import URL

from bot.service import passwords
from bot.service.passwords import PasswordCheck, hash_password
from bot.storage.staff import get_login, set_password_hash
from tests.integration.desk.conftest import PASSWORD, Browser, log_in

if TYPE_CHECKING:
    from bot.service.road import Road

THOROUGH = "$argon2id$v=19$m=19456,t=2,p=1$"  # OWASP's cheat sheet on storing passwords


@pytest.fixture(autouse=True)
def _thorough(thorough_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", thorough_hasher)


async def test_a_password_is_hashed_as_owasp_advises() -> None:
    kept = await hash_password(PASSWORD)
    assert kept.startswith(THOROUGH)
    assert kept != await hash_password(PASSWORD)  # each with a salt of its own
    assert await PasswordCheck().check(PASSWORD, kept)
    assert not await PasswordCheck().check(f"{PASSWORD} ", kept)


async def test_a_hash_of_other_parameters_is_renewed_at_the_next_login(
    road: Road, address: str, mara: Browser
) -> None:
    outdated = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with road.database.begin() as connection:
        await set_password_hash(connection, mara.staff.id, outdated)
    async with aiohttp.ClientSession(URL(address), cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await log_in(http, mara.staff.email)
    async with road.database.read() as connection:
        login = await get_login(connection, mara.staff.email)
    assert login is not None
    assert login.password_hash.startswith(THOROUGH)
