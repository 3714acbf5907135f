"""New messages of a turn as utterances: what a contact said in one go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.dialogue.intent_message import parse_intent_message
from bot.domain.message import SAID, Kind
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understanding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.domain.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """`text` to be understood, unless it is already: then `understanding` is set.

    `messages` are the positions in the turn of the messages it is made of; `known_by` is that of
    the last one with words, which stands for all of them. One that `is_unsupported` has none, and the project
    has nothing to say to it: its platform did not pass on what it was.
    """

    text: str
    messages: tuple[int, ...]
    known_by: int
    understanding: Understanding | None = None

    @property
    def is_unsupported(self) -> bool:
        """Tell whether nothing in it can be understood."""
        return not self.text and self.understanding is None


def utterances(messages: Sequence[Message], catalogue: Catalogue) -> list[Utterance]:
    """Group messages: those that follow each other are one, lines joined; what a button sent stands alone.

    A picture belongs to the words before or after it. Where there are none, it means the intent `media` if
    the domain has that one, and `nlu_fallback` otherwise, like a text that is not understood. What nobody can
    read stands first and apart from words, which were not written about nothing: it means the intent
    `unsupported` if the domain has that one. Edits, reactions and the like say nothing.
    """
    said = [(position, message) for position, message in enumerate(messages) if message.kind in SAID]
    unsupported = [each for each in said if _is_unsupported(each[1])]
    if any(message.content.text.strip() for _, message in said):
        said = [each for each in said if not _is_unsupported(each[1])]
        groups = [*_group(unsupported, catalogue), *_group(said, catalogue)]
    else:
        groups = _group(said, catalogue)
    return [each if each.text else _wordless(each, messages, catalogue) for each in groups]


def _is_unsupported(message: Message) -> bool:
    return message.kind is Kind.UNSUPPORTED and not message.content.text.strip()


def _group(said: Sequence[tuple[int, Message]], catalogue: Catalogue) -> list[Utterance]:
    found: list[Utterance] = []
    for position, message in said:
        text = message.content.text.strip()
        known = parse_intent_message(text, catalogue) if text else None
        one = Utterance(text=text, messages=(position,), known_by=position, understanding=known)
        if known is None and found and found[-1].understanding is None:
            found[-1] = _join(found[-1], one)
        else:
            found.append(one)
    return found


def _join(first: Utterance, second: Utterance) -> Utterance:
    return Utterance(
        text="\n".join(text for text in (first.text, second.text) if text),
        messages=(*first.messages, *second.messages),
        known_by=first.known_by if first.text and not second.text else second.known_by,
    )


def _wordless(said: Utterance, messages: Sequence[Message], catalogue: Catalogue) -> Utterance:
    kinds = {messages[position].kind for position in said.messages}
    kind = Kind.UNSUPPORTED if kinds == {Kind.UNSUPPORTED} else Kind.MEDIA
    if kind is Kind.UNSUPPORTED and kind.value not in catalogue.intents:
        return said
    name = kind.value if kind.value in catalogue.intents else FALLBACK_INTENT
    intent = IntentScore(name=name, confidence=1.0)
    understanding = Understanding(text="", intent=intent, ranking=(intent,), fallback=name == FALLBACK_INTENT)
    return replace(said, understanding=understanding)
