"""What a text that somebody wrote comes to: a message, a call for a person, two questions, or a complaint."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bot.domain.understanding import FALLBACK_INTENT
from bot.engines.at_once import Heard
from bot.nlu.complaint_beside import find_complaint, list_parts
from bot.nlu.two_questions import choose_parts, list_cuts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.moment import Moment
    from bot.domain.understanding import Understanding
    from bot.engines.at_once import AtOnce
    from bot.nlu.two_questions import Cut


class Interpreter(Protocol):
    """Understands texts."""

    async def parse(self, text: str) -> Understanding:
        """Understand one text."""
        ...

    async def close(self) -> None:
        """Release threads."""
        ...


async def listen(
    text: str, interpreter: Interpreter, at_once: AtOnce | None, now: Moment
) -> tuple[Understanding, list[Heard]]:
    """Return how a text was understood, and what is to be heard of it, in this order.

    Two questions are told apart only where the bot may speak and is in no form: an answer to its own question
    must stay whole. Where one of the two leads to a person, or a complaint stands beside a question that was
    understood, that alone is heard: they read the rest.
    """
    understanding = await interpreter.parse(text)
    heard = at_once.hear(understanding) if at_once else Heard(understanding=understanding)
    if heard.request is not None or now.paused or now.loop_name is not None:
        return heard.understanding, [heard]
    parts = await _read_parts(heard.understanding, interpreter)
    calls = at_once.intents if at_once else frozenset[str]()
    calling = next((part for part in parts if part.intent and part.intent.name in calls), None)
    if at_once is not None and not parts:
        calling = await _find_complaint(heard.understanding, interpreter, calls - {at_once.wish})
    if calling is not None:
        return heard.understanding, [Heard(understanding=_mean(heard.understanding, calling))]
    return heard.understanding, [Heard(understanding=part) for part in parts] or [heard]


async def _read_parts(whole: Understanding, interpreter: Interpreter) -> tuple[Understanding, ...]:
    cuts = list_cuts(whole)
    return choose_parts(whole, await _read_cuts(cuts, interpreter)) if cuts else ()


async def _find_complaint(
    whole: Understanding, interpreter: Interpreter, calls: frozenset[str | None]
) -> Understanding | None:
    names = frozenset(name for name in calls if name is not None)
    cuts = list_parts(whole, names)
    return find_complaint(whole, await _read_cuts(cuts, interpreter), names) if cuts else None


async def _read_cuts(
    cuts: Sequence[Cut], interpreter: Interpreter
) -> list[tuple[Understanding, Understanding]]:
    read = await asyncio.gather(
        *(interpreter.parse(part) for cut in cuts for part in (cut.first, cut.second))
    )
    return list(zip(read[::2], read[1::2], strict=True))


def _mean(whole: Understanding, part: Understanding) -> Understanding:
    """Take a whole text for what one part of it means."""
    intent = part.intent
    assert intent is not None
    others = (score for score in whole.ranking if score.name not in (intent.name, FALLBACK_INTENT))
    return replace(whole, intent=intent, ranking=(intent, *others), fallback=False)
