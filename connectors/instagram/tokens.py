"""Tokens of an account that end: when one is renewed, and how its state is said. Pure.

One that is at least 24 hours old and has not ended may be renewed; the new one is good for 60 days from then:
https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.connector import Finding
from bot.domain.json import Json, JsonObject

TOO_YOUNG = timedelta(hours=24)
LIFE = timedelta(days=60)
LEFT = timedelta(days=30)  # when it is renewed: so a month is left for whoever has to help
AGAIN = timedelta(hours=6)  # after a renewal that failed
LOOK = timedelta(minutes=1)  # for what another process renewed: nothing says how long the old one still works
TOKEN_MAX = 4096
HOW = "create a new one in the app, under Instagram, API setup, and put it where `token` comes from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A token as it is kept. `since`: when we first had it; `ends_at` None: nobody has told us yet.

    `tried_at` and `refused`: when it was last to be renewed, and why it was not.
    """

    token: str = field(repr=False)
    since: datetime
    ends_at: datetime | None = None
    tried_at: datetime | None = None
    refused: str = ""

    @property
    def sure_to_work_until(self) -> datetime:
        """Until when it is good at most, as far as we know."""
        return self.ends_at or self.since + LIFE


def read_kept(raw: JsonObject | None) -> Kept | None:
    """Read what a file holds; None for nothing that makes sense."""
    token, refused = (raw or {}).get("token"), (raw or {}).get("refused")
    since, ends_at, tried_at = (
        _read_time((raw or {}).get(name)) for name in ("since", "ends_at", "tried_at")
    )
    if not isinstance(token, str) or not token or since is None:
        return None
    why = refused if isinstance(refused, str) else ""
    return Kept(token=token, since=since, ends_at=ends_at, tried_at=tried_at, refused=why)


def dump_kept(kept: Kept) -> JsonObject:
    """Return what a file shall hold."""
    return {
        "token": kept.token,
        "since": kept.since.isoformat(),
        "ends_at": kept.ends_at.isoformat() if kept.ends_at else None,
        "tried_at": kept.tried_at.isoformat() if kept.tried_at else None,
        "refused": kept.refused,
    }


def is_due(kept: Kept, now: datetime) -> bool:
    """Tell whether a token is to be renewed now.

    Of one whose end nobody knows it is tried at once: it may be old already.
    """
    if kept.tried_at is not None and now - kept.tried_at < AGAIN:
        return False
    if kept.ends_at is None:
        return True
    return kept.ends_at - now <= LEFT and now - kept.since >= TOO_YOUNG


def is_worrying(kept: Kept, now: datetime) -> bool:
    """Tell whether a person has to look: a renewal failed that cannot have come too early."""
    return bool(kept.refused) and now - kept.since >= TOO_YOUNG


def describe(kept: Kept | None, now: datetime) -> Finding:
    """Say when a token ends, and what is done about it. None: nothing is done."""
    if kept is None:
        ends = "The token ends 60 days after it was made"
        return Finding(well=False, text=f"{ends}. Set `token_file` to have it renewed in time; else {HOW}.")
    last = kept.sure_to_work_until
    if is_worrying(kept, now):
        sure = "on" if kept.ends_at else "at the latest on"
        ends = f"The token ends {sure} {last:%Y-%m-%d}, in {max((last - now).days, 0)} days"
        why = f"it was not renewed: {kept.refused}"
        return Finding(well=False, text=f"{ends}, and {why}. If that stays so, {HOW}.")
    if kept.ends_at is None:
        return Finding(well=True, text="The token is new here: renewing it, within a day, will tell its end.")
    return Finding(well=True, text=f"The token ends on {last:%Y-%m-%d}, and is renewed a month before that.")


def _read_time(value: Json) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
