"""Responses of the domain → what is said where a public thread goes on in private, or a chat by mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.spec import Variation
from bot.domain.case import CaseWords

MOVED, WRITE, CLOSING, PERSON = (
    "utter_moved_to_private",
    "utter_write_in_private",
    "utter_closing_word",
    "utter_answered_in_private",
)
MAIL_SUBJECT, MAIL_QUOTE, MAIL_WHY = "utter_mail_subject", "utter_mail_quote", "utter_mail_why"
CASE_RESPONSES = frozenset({MOVED, WRITE, CLOSING, PERSON, MAIL_SUBJECT, MAIL_QUOTE, MAIL_WHY})
"""They are said without a rule or story that names them."""


def read_case_words(responses: Mapping[str, Sequence[Variation]]) -> CaseWords:
    """Return the brand's words, ours where it has none. A response without text says nothing."""
    words = CaseWords()
    moved, write = _text_of(responses, MOVED), _text_of(responses, WRITE)
    closing, person = _text_of(responses, CLOSING), _text_of(responses, PERSON)
    return replace(
        words,
        moved=moved or words.moved,
        write=write or words.write,
        closing=words.closing if closing is None else closing,
        person=person or words.person,
        sorry="" if moved or write else words.sorry,
        mail_subject=_text_of(responses, MAIL_SUBJECT) or words.mail_subject,
        mail_quote=_text_of(responses, MAIL_QUOTE) or words.mail_quote,
        mail_why=_text_of(responses, MAIL_WHY) or words.mail_why,
    )


def _text_of(responses: Mapping[str, Sequence[Variation]], name: str) -> str | None:
    """Return the first way to say a response wherever it is said; None where the domain has none."""
    for variation in responses.get(name, ()):
        if variation.channel is None and not variation.conditions:
            text = variation.body.get("text")
            return text.strip() if isinstance(text, str) else ""
    return None
