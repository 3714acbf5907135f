"""New messages of a turn as utterances: what a contact said in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.dialogue.intent_message import parse_intent_message
from bot.domain.message import Kind
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.domain.message import Message

_SPOKEN = frozenset({Kind.TEXT, Kind.POSTBACK, Kind.MEDIA, Kind.UNSUPPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """`text` to be understood, unless it is already: then `understanding` is set.

    `messages` are the positions in the turn of the messages it is made of; `known_by` is that of
    the last one with words, which stands for all of them.
    """

    text: str
    messages: tuple[int, ...]
    known_by: int
    understanding: Understanding | None = None


def utterances(messages: Sequence[Message], catalogue: Catalogue) -> list[Utterance]:
    """Group messages: those that follow each other are one, lines joined; what a button sent stands alone.

    A picture belongs to the words before or after it. Where there are none, it means the intent
    named after its kind (`media`, `unsupported`) if the domain has that one, and `nlu_fallback`
    otherwise: like a text that is not understood, and never passed over in silence. Edits, reactions
    and the like say nothing.
    """
    found: list[Utterance] = []
    for position, message in enumerate(messages):
        if message.kind not in _SPOKEN:
            continue
        text = message.content.text.strip()
        known = parse_intent_message(text, catalogue) if text else None
        said = Utterance(text=text, messages=(position,), known_by=position, understanding=known)
        if known is None and found and found[-1].understanding is None:
            found[-1] = _join(found[-1], said)
        else:
            found.append(said)
    return [each if each.text else _wordless(each, messages, catalogue) for each in found]


def _join(first: Utterance, second: Utterance) -> Utterance:
    return Utterance(
        text="\n".join(text for text in (first.text, second.text) if text),
        messages=(*first.messages, *second.messages),
        known_by=first.known_by if first.text and not second.text else second.known_by,
    )


def _wordless(said: Utterance, messages: Sequence[Message], catalogue: Catalogue) -> Utterance:
    kinds = {messages[position].kind for position in said.messages}
    kind = Kind.UNSUPPORTED if kinds == {Kind.UNSUPPORTED} else Kind.MEDIA
    name = kind.value if kind.value in catalogue.intents else FALLBACK_INTENT
    intent = IntentScore(name=name, confidence=1.0)
    understanding = Understanding(text="", intent=intent, ranking=(intent,), fallback=name == FALLBACK_INTENT)
    return replace(said, understanding=understanding)
