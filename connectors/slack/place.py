"""Where something was said on Slack, and by whom. Pure.

A conversation's key is the channel's id in private, and `<channel>:<thread>:<person>` in a channel,
where everybody is answered apart, in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from bot.connector.text import clean_text
from bot.domain.contact import Handle
from bot.domain.conversation import Surface
from bot.domain.json import Json, JsonObject

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TIMESTAMP = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
NOBODY: Container[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The app itself, as far as it is known: its user, its workspace, the workspace's address.

    `staff` are the brand's people; `talks` the keys of conversations in channels that are under way;
    `threads` the threads of our messages, by their native ids; `names` people's names by id.
    """

    user_id: str | None = None
    team_id: str | None = None
    workspace_url: str | None = None
    staff: frozenset[str] = frozenset()
    talks: Container[str] = NOBODY
    threads: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel, the thread in it (its first message's timestamp), and the person."""

    channel: str
    person: str
    thread: str | None
    is_private: bool  # nobody reads along but the person

    @property
    def key(self) -> str:
        """Return the conversation's key."""
        return self.channel if self.is_private else f"{self.channel}:{self.thread}:{self.person}"

    @property
    def surface(self) -> Surface:
        """Return how many people read along."""
        return Surface.DIRECT if self.is_private else Surface.GROUP


def read_key(key: str) -> Place:
    """Return the place of a conversation. Raises ValueError for a key that is not ours."""
    channel, *rest = key.split(":")
    if not ID.fullmatch(channel) or len(rest) not in (0, 2):
        raise ValueError("the conversation's key is none of Slack's")
    if not rest:
        return Place(channel=channel, person="", thread=None, is_private=True)
    thread, person = rest
    if not (TIMESTAMP.fullmatch(thread) and ID.fullmatch(person)):
        raise ValueError("the conversation's key is none of Slack's")
    return Place(channel=channel, person=person, thread=thread, is_private=False)


def is_direct(channel: str, kind: Json = None) -> bool:
    """Tell whether a channel is the direct messages of one person; `kind` is what an event calls it."""
    return kind == "im" or channel.startswith("D")


def make_context(place: Place, envelope: JsonObject) -> JsonObject:
    """Return what else is needed to answer there: the thread in private, the app and the workspace."""
    thread = {"thread": place.thread} if place.is_private and place.thread else {}
    app, team = take_id(envelope.get("api_app_id")), read_team(envelope)
    return {**thread, **({"app": app} if app else {}), **({"team": team} if team else {})}


def read_team(envelope: JsonObject) -> str:
    """Return the id of the workspace something happened in, empty where it is not said."""
    team = envelope.get("team_id") or envelope.get("team")
    return take_id(team.get("id") if isinstance(team, Mapping) else team)


def is_elsewhere(envelope: JsonObject, me: Me) -> bool:
    """Tell whether something is another workspace's: one app has one address for all of its workspaces."""
    if me.team_id is None:
        return False
    enterprise = envelope.get("enterprise")
    teams = {read_team(envelope), take_id(envelope.get("enterprise_id"))}
    teams |= {take_id(enterprise.get("id"))} if isinstance(enterprise, Mapping) else set()
    for each in list_authorizations(envelope):
        teams |= {take_id(each.get("team_id")), take_id(each.get("enterprise_id"))}
    return bool(teams - {""}) and me.team_id not in teams


def list_authorizations(envelope: JsonObject) -> list[JsonObject]:
    """Return the installations that an event is meant for."""
    found = envelope.get("authorizations")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def find_own_id(envelope: JsonObject, me: Me) -> str | None:
    """Return our user's id: learned from Slack, or as the event says it."""
    bots = (
        take_id(each.get("user_id")) for each in list_authorizations(envelope) if each.get("is_bot") is True
    )
    return me.user_id or next(filter(None, bots), None)


def make_permalink(place: Place, ts: str, me: Me) -> JsonObject:
    """Return the address at which people see a message, where the workspace's is known."""
    if me.workspace_url is None or place.is_private:
        return {}
    thread = f"?thread_ts={place.thread}&cid={place.channel}" if place.thread not in (None, ts) else ""
    return {"permalink": f"{me.workspace_url}archives/{place.channel}/p{ts.replace('.', '')}{thread}"}


def read_sender(person: str, me: Me) -> Handle:
    """Return who did it, by name where it is known by now."""
    return Handle(native_id=person, name=me.names.get(person) or None)


def take_id(value: Json) -> str:
    """Return one of Slack's ids, empty for anything else."""
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def take_text(value: Json, limit: int) -> str:
    """Return a string that we can keep, empty for anything else."""
    return clean_text(value[:limit]) if isinstance(value, str) else ""


def take_timestamp(value: Json) -> str:
    """Return a timestamp, which is a message's id in its channel; empty for anything else."""
    return value if isinstance(value, str) and TIMESTAMP.fullmatch(value) else ""


def find_opened(result: Json) -> str | None:
    """Return the direct messages that Slack opened."""
    match result:
        case {"channel": {"id": str(channel)}}:
            return take_id(channel) or None
        case _:
            return None
