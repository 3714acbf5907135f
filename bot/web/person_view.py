"""What the desk shows of a person, decided apart from how it looks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.desk.brief import first_words
from bot.domain.conversation import Surface
from bot.domain.message import Settled
from bot.service.join_people import Decision
from bot.storage.people import PairState
from bot.web.words import name_channel, say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.service.read_person import Person
    from bot.storage.past import PastConversation
    from bot.storage.people import PersonPair

_WORDS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """Another contact that may be, or is, the same person. `acts` are (decision, where it is said)."""

    who: str
    conversation_id: int | None
    because: str
    said: str
    said_at: datetime | None
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """Another conversation of the person."""

    id: int
    where: str
    outcome: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A person beside a conversation. `more`: where the rest of `past` is; empty where this is all."""

    asked: tuple[PairView, ...]
    joined: tuple[PairView, ...]
    decided: tuple[PairView, ...]
    past: tuple[PastView, ...]
    more: str


def view_person(person: Person, conversation_id: int, view: str) -> PersonView:
    """Show a person beside a conversation; `view` is the list that stands next to it."""
    address = f"/desk/c/{conversation_id}"

    def show(*states: PairState) -> tuple[PairView, ...]:
        return tuple(_view_pair(pair, address, view) for pair in person.list_pairs(*states))

    return PersonView(
        asked=show(PairState.SUGGESTED),
        joined=show(PairState.CONFIRMED),
        decided=show(PairState.REFUSED, PairState.UNDONE),
        past=tuple(_view_past(each) for each in person.past),
        more=_find_more(person, address),
    )


def _find_more(person: Person, address: str) -> str:
    if not person.more or not person.past:
        return ""
    last = person.past[-1]
    place = urlencode({"before": last.last_message_at.isoformat(), "id": last.id})
    return f"{address}/past?{place}"


# What can be said of a pair in each state, in the order of the buttons.
_ACTS = {
    PairState.SUGGESTED: (Decision.SAME, Decision.OTHER),
    PairState.CONFIRMED: (Decision.UNDO,),
    PairState.REFUSED: (Decision.SAME,),
    PairState.UNDONE: (Decision.SAME,),
}


def _view_pair(pair: PersonPair, address: str, view: str) -> PairView:
    name = pair.other_name or say("person.nameless", number=pair.other)
    channels = ", ".join(map(name_channel, pair.channels))
    a, b = sorted((pair.contact_id, pair.other))
    because = "; ".join(clue.in_words() for clue in pair.clues)
    return PairView(
        who=say("person.who", name=name, channels=channels) if channels else name,
        conversation_id=pair.conversation_id,
        because=because[:1].upper() + because[1:],
        said=say(f"person.said_{pair.state.value}", name=pair.decided_by) if pair.decided_by else "",
        said_at=pair.decided_at,
        acts=tuple(
            (decision.value, f"{address}/people/{a}-{b}/{decision.value}?view={view}")
            for decision in _ACTS[pair.state]
        ),
    )


def _view_past(each: PastConversation) -> PastView:
    public = "" if each.surface is Surface.DIRECT else f", {say(f'desk.surface_{each.surface.value}')}"
    return PastView(
        id=each.id,
        where=f"{name_channel(each.channel)}{public}",
        outcome=_describe_outcome(each),
        words=first_words(each.words, _WORDS) or say("desk.no_words"),
        at=each.last_message_at,
    )


def _describe_outcome(each: PastConversation) -> str:
    """Say how a conversation stands, and who answered the customer's last word, if anybody did."""
    status = say(f"desk.status_{each.status.value}")
    if each.settled is None or each.settled is Settled.WAITING:
        return status
    return f"{status}, {say(f'person.settled_{each.settled.value}')}"


def describe_also(channels: tuple[str, ...]) -> str:
    """Say by which other channels somebody writes; nothing where there are none."""
    return say("person.also", channels=", ".join(map(name_channel, channels))) if channels else ""
