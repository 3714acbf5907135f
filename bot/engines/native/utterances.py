"""New messages of a turn as utterances: what a contact said in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.intent_message import parse_intent_message
from bot.domain.message import Kind
from bot.domain.understanding import IntentScore, Understanding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dialogue.catalogue import Catalogue
    from bot.domain.message import Message

_SPOKEN = frozenset({Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.UNSUPPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """`text` to be understood, unless it is already: then `understanding` is set.

    `messages` are the positions in the turn of the messages it is made of.
    """

    text: str
    messages: tuple[int, ...]
    understanding: Understanding | None = None


def utterances(messages: Iterable[Message], catalogue: Catalogue) -> list[Utterance]:
    """Group messages: texts that follow each other are one, lines joined; what a button sent stands alone.

    A message without words means the intent named after its kind (`media`, `unsupported`) where
    the domain has one, and `nlu_fallback` otherwise. Edits, reactions and the like say nothing.
    """
    found: list[Utterance] = []
    for position, message in enumerate(messages):
        if message.kind not in _SPOKEN:
            continue
        text = message.content.text.strip()
        known = parse_intent_message(text, catalogue) if text else _wordless(message, catalogue)
        if known is None and found and found[-1].understanding is None:
            last = found[-1]
            found[-1] = Utterance(text=f"{last.text}\n{text}", messages=(*last.messages, position))
        else:
            found.append(Utterance(text=text, messages=(position,), understanding=known))
    return found


def _wordless(message: Message, catalogue: Catalogue) -> Understanding:
    kind = Kind.UNSUPPORTED if message.kind is Kind.UNSUPPORTED else Kind.MEDIA
    name = kind.value if kind.value in catalogue.intents else "nlu_fallback"
    intent = IntentScore(name=name, confidence=1.0)
    return Understanding(text="", intent=intent, ranking=(intent,), fallback=name == "nlu_fallback")
