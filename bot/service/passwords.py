"""Passwords: hashed with argon2id in a thread, a few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import BadPayload

MIN_LENGTH = 10
MAX_LENGTH = 256  # characters; argon2 would take more, but a request should not choose the work

# Parameters of OWASP's password storage cheat sheet: argon2id, 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = 2


def check_new_password(password: str) -> None:
    """Raise `BadPayload` for a password nobody should have."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadPayload(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.")


async def hash_password(password: str) -> str:
    """Return the encoded hash of a password, its parameters and salt included."""
    return await asyncio.to_thread(_HASHER.hash, password)


class PasswordCheck:
    """Checks passwords, two at a time: each check takes 19 MiB and a core for some 30 ms."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def check(self, password: str, password_hash: str | None) -> bool:
        """Tell whether the password belongs to the hash. `None` (nobody) takes as long and is False."""
        async with self._turn:
            if self._nobody is None:
                self._nobody = await hash_password("an unknown person is refused no sooner than a known one")
            fits = await asyncio.to_thread(_fits, password, password_hash or self._nobody)
        return fits and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _fits(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
