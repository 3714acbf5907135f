"""Renewing the token of an account: in time, by one process, for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.connector import Finding
from bot.connector.secret_file import SecretFile
from connectors.instagram.api import InstagramApi
from connectors.instagram.tokens import (
    LIFE,
    LOOK,
    TOKEN_MAX,
    Kept,
    describe,
    dump_kept,
    is_due,
    is_worrying,
    read_kept,
)

log = structlog.get_logger(__name__)


class Renewal:
    """Looks after the token of one account. Where there is no `path`, it stays what it is in the options.

    Another token in the options takes the place of what was kept.
    """

    def __init__(self, api: InstagramApi, *, account: str, path: str, now: Callable[[], datetime]) -> None:
        self._api, self._now, self._first = api, now, api.token
        self._file = SecretFile(path, first=api.token) if path else None
        self._log = log.bind(account=account)
        self._looking: asyncio.Task[None] | None = None
        self._busy = asyncio.Lock()

    async def start(self) -> None:
        """Use what was kept, and look from now on whether it is to be renewed."""
        if self._file is None:
            return
        await self.use_kept()
        self._looking = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        """Stop looking. A renewal under way is waited for: its answer is the only copy of the new token."""
        task, self._looking = self._looking, None
        if task is not None:
            async with self._busy:
                task.cancel()
            await asyncio.wait([task])

    async def use_kept(self) -> Kept | None:
        """Let calls be made with the newest token; returns it, None where nothing is kept."""
        if self._file is None:
            return None
        try:
            kept = read_kept(await self._file.read())
        except OSError as error:
            self._log.warning("the token file cannot be read", reason=type(error).__name__)
            return None
        self._api.token = kept.token if kept else self._first
        return kept

    async def look(self) -> None:
        """Renew the token if that is due, unless another process has done so meanwhile."""
        assert self._file is not None
        kept = await self.use_kept()
        if kept is not None and not is_due(kept, self._now()):
            return
        try:
            async with self._busy, self._file.locked():
                kept = await self.use_kept() or Kept(token=self._first, since=self._now())
                if is_due(kept, self._now()):
                    await self._file.write(dump_kept(kept))  # what cannot be kept must not be asked for
                    await self._renew(self._file, kept)
        except OSError as error:
            self._log.warning(
                "the token is not renewed: its file cannot be written", reason=type(error).__name__
            )

    async def examine(self) -> Finding:
        """Say when the token ends."""
        kept = await self.use_kept()
        if self._file is None:
            return describe(None, self._now())
        return describe(kept or Kept(token=self._first, since=self._now()), self._now())

    async def _renew(self, file: SecretFile, kept: Kept) -> None:
        now = self._now()
        fresh = await self._ask(kept, now)
        await file.write(dump_kept(fresh))
        self._api.token = fresh.token
        if is_worrying(fresh, now):
            self._log.warning(
                "the token was not renewed: without help the account falls silent",
                reason=fresh.refused,
                days_left=(fresh.sure_to_work_until - now).days,
            )
        elif not fresh.refused:
            self._log.info("the token was renewed", ends_at=str(fresh.ends_at))

    async def _ask(self, kept: Kept, now: datetime) -> Kept:
        """Return the new token, else the old one with the reason."""
        outcome = await self._api.refresh()
        answer = outcome.result if isinstance(outcome.result, dict) else {}
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if outcome.error is not None or not isinstance(token, str) or not 0 < len(token) <= TOKEN_MAX:
            why = outcome.error.detail if outcome.error else "the answer holds no token"
            return replace(kept, tried_at=now, refused=why)
        told = isinstance(seconds, int) and 0 < seconds <= 2 * LIFE.total_seconds()
        lasts = timedelta(seconds=float(seconds)) if told and isinstance(seconds, int) else LIFE
        return Kept(token=token, since=now, ends_at=now + lasts)

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - whatever it is, the next look must come
                self._log.exception("looking after the token failed")
            await asyncio.sleep(LOOK.total_seconds())
