"""Let a member of staff in: check the password, start a session."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.errors import BusUnavailable, NotAllowed, TooManyAttempts
from bot.service.attempts import WINDOW, Attempts, Limit
from bot.service.passwords import MAX_LENGTH, PasswordCheck, hash_password, is_outdated
from bot.storage import sessions
from bot.storage.sessions import NewSession, Session
from bot.storage.staff import Login, fold_email, get_login, set_password_hash

if TYPE_CHECKING:
    from bot.service.road import Road

IDLE = timedelta(hours=10)  # a working day with a long lunch
LONGEST = timedelta(days=7)
SHARED_LIMIT = 60  # tries per `WINDOW`, right or wrong, over all processes: of one e-mail address or browser
_TOUCH_EVERY = timedelta(minutes=1)
_REFUSED = "That e-mail address and password do not belong together."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """What a process keeps to guard its logins. One per process."""

    passwords: PasswordCheck = field(default_factory=PasswordCheck)
    attempts: Attempts = field(default_factory=Attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One try to log in.

    `address` is the client's, None if unknown. `device` names a browser this person has logged in with
    before. `old_token` is a session to end with the try.
    """

    email: str
    password: str = field(repr=False)
    address: str | None
    device: str | None = None
    old_token: str | None = field(default=None, repr=False)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What is counted, the narrowest first.

        Strangers' failures count for strangers only: nobody can lock out somebody whose browser is known.
        """
        if self.device is not None:
            return (Limit(key=f"device {self.device}", failures=10),)
        email = fold_email(self.email)
        anywhere = Limit(key=email, failures=100)
        if self.address is None:
            return (anywhere,)
        return (
            Limit(key=f"{email} {self.address}", failures=10),
            Limit(key=self.address, failures=40),
            anywhere,
        )

    @property
    def shared_key(self) -> str:
        """What is counted over all processes."""
        who = fold_email(self.email) if self.device is None else f"device {self.device}"
        return hashlib.sha256(who.encode()).hexdigest()


async def sign_in(road: Road, door: Door, knock: Knock) -> str:
    """Return the token of a new session; the old one of the same browser is gone.

    Raises `TooManyAttempts` before the password is looked at, `NotAllowed` with one sentence and
    after one length of time whether the person, the password or both are wrong.
    """
    now = road.now()
    over = door.attempts.is_over(knock.limits, now)
    if over or await _is_over_everywhere(road, knock):
        _log.warning("Login refused: too many failures.", address=knock.address)
        raise TooManyAttempts(
            "Too many tries. Wait 15 minutes, or use a browser you have logged in with before."
        )
    login = await _check(road, door, knock)
    if login is None:
        door.attempts.fail(knock.limits, now)
        _log.info("Login failed.", address=knock.address)
        raise NotAllowed(_REFUSED)
    door.attempts.forget(knock.limits[0].key)  # the narrowest
    token = await _start_session(road, login.staff.id, old_token=knock.old_token)
    _log.info("Staff logged in.", staff_id=login.staff.id)
    return token


async def sign_out(road: Road, token: str) -> None:
    """End a session."""
    async with road.database.begin() as connection:
        await sessions.delete_session(connection, token)


async def get_session(road: Road, token: str) -> Session | None:
    """Return the live session of a token, and note that its person is there."""
    now = road.now()
    async with road.database.read() as connection:
        session = await sessions.get_session(connection, token, now=now, seen_since=now - IDLE)
        if session is not None and session.seen_at < now - _TOUCH_EVERY:
            await sessions.touch_session(connection, token, now)
    return session


async def is_live(road: Road, token: str) -> bool:
    """Tell whether a token's session lives, without taking an open page for a person who is there."""
    now = road.now()
    async with road.database.read() as connection:
        return await sessions.get_session(connection, token, now=now, seen_since=now - IDLE) is not None


async def _is_over_everywhere(road: Road, knock: Knock) -> bool:
    """Count a try for all processes. While Redis is away, what this process counted must do."""
    try:
        wait = await road.bus.rates.take(f"login:{knock.shared_key}", limit=SHARED_LIMIT, period=WINDOW)
    except BusUnavailable:
        return False
    return wait > timedelta()


async def _check(road: Road, door: Door, knock: Knock) -> Login | None:
    async with road.database.read() as connection:
        login = await get_login(connection, knock.email)
    password = knock.password[: MAX_LENGTH + 1]
    fits = await door.passwords.check(password, login.password_hash if login else None)
    if login is None or not fits:
        return None
    if is_outdated(login.password_hash):
        renewed = await hash_password(password)
        async with road.database.begin() as connection:
            await set_password_hash(connection, login.staff.id, renewed)
    return login


async def _start_session(road: Road, staff_id: int, *, old_token: str | None) -> str:
    now: datetime = road.now()
    token = secrets.token_urlsafe(32)
    session = NewSession(
        token=token,
        staff_id=staff_id,
        csrf=secrets.token_urlsafe(24),
        created_at=now,
        expires_at=now + LONGEST,
    )
    async with road.database.begin() as connection:
        if old_token:
            await sessions.delete_session(connection, old_token)
        await sessions.delete_ended_sessions(connection, now=now, seen_since=now - IDLE)
        await sessions.insert_session(connection, session)
    return token
