"""Judge signs: what an account's signs of life mean, in words, and what to do. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.connector import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.storage.signs import Signs

GRACE = timedelta(hours=1)  # who has heard of its platform so lately is not cut off by what strangers post
_ANYBODY = "Anybody can post there; it need not be the platform."
_LOST = "If it was the platform that sent that, nothing of it arrives."
_LOOK = "Compare what the account's options hold with what the platform shows."


def judge_signs(signs: Signs | None, *, hook_url: str | None, polls: bool, advice: str) -> list[Finding]:
    """Say what was heard of an account, what was refused, and whether its address is another one now.

    `polls`: the platform can be asked instead. `advice`: what to do about signatures that are wrong.
    """
    if signs is None:
        text = "The service has not run with this account yet: start it, then write to the account."
        return [Finding(well=True, hint=True, text=text)]
    return [
        *_judge_address(signs, hook_url, polls=polls),
        _judge_heard(signs, hook_url),
        *_judge_refused(signs, advice),
    ]


def _judge_address(signs: Signs, hook_url: str | None, *, polls: bool) -> Iterator[Finding]:
    told = signs.hook_urls[-1] if signs.hook_urls else None
    if told is None or told == hook_url:
        return
    before = _show(told)
    if hook_url is not None:
        text = f"PUBLIC_URL has changed: at its last start the service was at {before}. Start it again."
        yield Finding(well=False, at_start=True, text=text)
    elif not polls:
        text = f"PUBLIC_URL is not set here; the service was last started at {before}. Set it to that again."
        yield Finding(well=False, text=text)


def _judge_heard(signs: Signs, hook_url: str | None) -> Finding:
    if signs.heard_at is not None:
        return Finding(well=True, text=f"Something last came in at {_say(signs.heard_at)}.")
    if signs.spoke:
        text = "Nothing has come in since this is noted; there are conversations of before."
        return Finding(well=True, hint=True, text=text)
    where = f"whether the platform reaches {hook_url}" if hook_url else "what the other lines say"
    text = "Nothing has ever come in. Write to the account from another one; where that changes nothing, see"
    return Finding(well=True, hint=True, text=f"{text} {where}.")


def _judge_refused(signs: Signs, advice: str) -> Iterator[Finding]:
    if signs.refused_at is None or signs.refused_why is None:
        return
    heard = signs.heard_at
    if heard is not None and heard > signs.refused_at:
        return
    times = "one request was" if signs.refusals == 1 else f"{signs.refusals:,} requests were"
    since = "Since then" if heard is not None else "So far"
    said = f"{since} {times} refused, the last at {_say(signs.refused_at)}: {signs.refused_why}."
    if heard is not None and signs.refused_at - heard < GRACE:
        yield Finding(well=True, hint=True, text=f"{said} {_ANYBODY}")
        return
    yield Finding(well=False, text=f"{said} {_LOST} {advice or _LOOK}")


def _say(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _show(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
