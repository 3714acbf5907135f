"""Where tokens that rotate are kept between runs: an access token, and what the next one costs."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from bot.connector.secret_file import SecretFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An access token, empty where there is none yet, and what the next one costs."""

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


class TokenFile:
    """The newest tokens of an account that was allowed with the refresh token `first`."""

    def __init__(self, path: str, *, first: str) -> None:
        self._file, self._first = SecretFile(path, first=first), first

    async def read(self) -> Tokens:
        """Return what was kept, else the first refresh token."""
        match await self._file.read():
            case {"access": str(access), "refresh": str(refresh)}:
                return Tokens(access=access, refresh=refresh)
            case _:
                return Tokens(refresh=self._first)

    async def write(self, tokens: Tokens) -> None:
        """Keep new tokens."""
        await self._file.write({"access": tokens.access, "refresh": tokens.refresh})

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Keep other processes from exchanging the same refresh token."""
        return self._file.locked()
