"""What of an answer to a public post may be said in public, and what goes on in private.

| the turn | stays in public | goes to its contact alone |
|---|---|---|
| a plain answer | all of it | nothing |
| asks for a person, or for details (a form's question) | one word of the brand | the bot's own replies |
| the same where only a link leads to a private place | the word with the link | nothing: it is said there |
| the same in a thread that was moved already | that word once more, at most once | nothing |
| the same where neither exists | all of it | nothing |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.desk.promise import PROMISE
from bot.domain.case import How
from bot.domain.message import Content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.case import CaseWords, PublicPart, ThreadLink
    from bot.domain.json import JsonObject

_REQUESTED = "requested_slot"
_LOOPS = frozenset({"active_loop", "form"})
_ENDS = frozenset({"restart", "session_started"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a contact can be led to a private place: written to, or shown an address."""

    private_reply: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a turn came to. `asks`: it ends with a question for details."""

    replies: tuple[Content, ...]
    handoff: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The replies to store. `how`: the thread is moved with them, None where it is not.

    `question` is what the private conversation begins with where it was not said yet, or goes on from.
    `reminds`: it says again that the thread was moved.
    """

    replies: tuple[Content, ...]
    how: How | None = None
    question: Content | None = None
    reminds: bool = False


def asks_for_details(events: Sequence[JsonObject]) -> bool:
    """Tell whether a turn, by its events in Rasa's form, ends with a form that waits for an answer."""
    requested: object = None
    for event in events:
        kind, name = event.get("event"), event.get("name")
        if kind == "slot" and name == _REQUESTED:
            requested = event.get("value")
        elif kind in _ENDS or (kind in _LOOPS and name is None):
            requested = None
    return requested is not None


def decide_public(said: Said, ways: Ways, moved: ThreadLink | None, words: CaseWords) -> Decision:
    """Decide what is said of a turn that answers a public post. `moved`: the thread's open link, if any."""
    if not (said.handoff or said.asks):
        return Decision(replies=said.replies)
    if moved is not None:
        return _say_again(said, moved, ways, words)
    alone = gather_private(said.replies)
    question = alone if said.asks and not said.handoff else None
    if ways.private_reply and alone is not None:
        word = Content(text=_join(words.sorry if said.handoff else "", words.moved))
        return Decision(replies=(alone, word), how=How.PRIVATE_REPLY, question=question)
    if ways.link:
        word = Content(text=say_link(ways.link, words, person=said.handoff))
        return Decision(replies=(word,), how=How.LINK, question=question)
    return Decision(replies=said.replies)


def decide_refused(ways: Ways, words: CaseWords, *, handoff: bool) -> tuple[Content, How | None]:
    """Return the public word where the private one did not arrive, and how the thread is moved after all.

    Without a link a person answers in public: an entry in the queue must be there, or be made with it.
    """
    if ways.link:
        return Content(text=say_link(ways.link, words, person=handoff)), How.LINK
    return Content(text=PROMISE), None


def say_link(link: str, words: CaseWords, *, person: bool) -> str:
    """Say where to write to us. `person`: they are told, too, that a person answers there."""
    said = words.write.replace("{link}", link) if "{link}" in words.write else f"{words.write} {link}"
    return _join(words.sorry, said, words.person) if person else said


def gather_private(replies: Sequence[Content]) -> Content | None:
    """Make one private message of replies, None of nothing: platforms take one for each public post."""
    text = "\n\n".join(reply.text for reply in replies if reply.text)
    buttons = tuple(button for reply in replies for button in reply.buttons)
    image = next((reply.image for reply in replies if reply.image), None)
    attachments = tuple(each for reply in replies for each in reply.attachments)
    if not (text or buttons or image or attachments):
        return None
    return Content(text=text, buttons=buttons, image=image, attachments=attachments, private=True)


def _say_again(said: Said, moved: ThreadLink, ways: Ways, words: CaseWords) -> Decision:
    """Say once more where the matter goes on; of a person who is asked for now it is always said."""
    if moved.reminded and not said.handoff:
        return Decision(replies=())
    where = say_link(ways.link, words, person=False) if moved.how is How.LINK and ways.link else words.moved
    text = _join(where, words.person if said.handoff else "")
    return Decision(replies=(Content(text=text),), reminds=True)


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def wants_closing_word(part: PublicPart) -> bool:
    """Tell whether the public thread gets a last word."""
    return part.told and not part.deleted and not part.unanswered


def as_public(question: Content) -> Content:
    """Return a question as the private conversation says it, where all is private."""
    return replace(question, private=False)
