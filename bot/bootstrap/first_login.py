"""The first login: made once where nobody may log in yet, and shown for as long as it works."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.private_files import create_private, replace_private
from bot.domain.staff import Role
from bot.embedded import telling_folder
from bot.errors import Conflict
from bot.service.add_staff import add_staff, has_staff
from bot.service.passwords import PasswordCheck
from bot.storage.staff import get_login

if TYPE_CHECKING:
    from bot.service.road import Road

_EMAIL, _NAME = "admin@localhost", "Admin"
_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLogin:
    """What somebody types into the login page; it stands in `path` too."""

    email: str
    password: str = field(repr=False)
    path: Path


async def ensure_first_login(road: Road, folder: Path) -> FirstLogin | None:
    """Return the login made for this machine, making it where nobody may log in yet.

    None once its password was changed, or where others were added instead.
    """
    path = folder / "first-login.txt"
    if not await has_staff(road):
        return await _make(road, path)
    known = _read(path)
    return known if known is not None and await _works(road, known) else None


async def _make(road: Road, path: Path) -> FirstLogin | None:
    # Written first: a login that nobody knows would be worse than a file that opens nothing.
    login = _write(path)
    try:
        await add_staff(road, email=login.email, name=_NAME, password=login.password, roles=[Role.ADMIN])
    except Conflict:  # another process was faster: here with the same file, or on another machine
        return login if await _works(road, login) else None
    return login


def _write(path: Path) -> FirstLogin:
    """Return the login that stands in `path`: a new one, or that of a process that starts at this moment.

    Raises `EmbeddedServerError` for a folder that cannot be written.
    """
    login = FirstLogin(email=_EMAIL, password=secrets.token_urlsafe(_PASSWORD_BYTES), path=path)
    text = f"{login.email}\n{login.password}\n"
    with telling_folder(path.parent):
        if create_private(path, text):
            return login
        known = _read(path)
        if known is None or known.email != _EMAIL:
            replace_private(path, text)  # somebody wrote into it
            return login
        return known


def _read(path: Path) -> FirstLogin | None:
    try:
        email, password = path.read_text().split()
    except (OSError, ValueError):
        return None
    return FirstLogin(email=email, password=password, path=path)


async def _works(road: Road, login: FirstLogin) -> bool:
    async with road.database.read() as connection:
        stored = await get_login(connection, login.email)
    return await PasswordCheck().check(login.password, stored.password_hash if stored else None)
