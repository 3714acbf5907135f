"""The bodies of Messenger's and Instagram's webhooks: which elements they hold, and whose they are. Pure.

Meta batches, and calls one address for all accounts of an app: each account takes what is its own. An
element comes as `messaging[]`, `standby[]`, `changes[]`, or, in Instagram's own login, as a `field` and
`value` of the entry itself: https://developers.facebook.com/docs/instagram-platform/webhooks/examples/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.connector.events import InboundEvent
from bot.connector.fields import parse_json
from bot.connector.meta.events import READERS, Us, is_between_us, make_stray, parse_element
from bot.connector.meta.fields import get_id, get_list, get_number, get_object, get_text, get_time
from bot.domain.json import Json, JsonObject
from bot.errors import BadPayload


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One element that is no message of a thread. `number` grows with the time at which Meta told it."""

    field: str
    value: JsonObject
    number: int
    at: datetime | None
    raw: Json
    us: Us

    def stray(self, what: str) -> InboundEvent:
        """Return an event of no conversation for it; `what` names it."""
        return make_stray(self.us, [self.number, self.raw], what)


def read_entries(body: bytes, object_name: str) -> list[Json]:
    """Return the entries of a webhook's body. Raises `BadPayload` unless it is one about `object_name`.

    Meta's own examples have a list around it.
    """
    data = parse_json(body)
    told = data if isinstance(data, list) and data else [data]
    return [entry for each in told for entry in take_entries(each, object_name)]


def take_entries(data: Json, object_name: str) -> list[Json]:
    """Return the entries of one body. Raises `BadPayload`."""
    if not isinstance(data, Mapping):
        raise BadPayload("the body must be a JSON object")
    if data.get("object") != object_name:
        raise BadPayload(f'`object` must be "{object_name}"')
    entries = data.get("entry")
    if not isinstance(entries, list):
        raise BadPayload("`entry` must be a list")
    return entries


def parse_threads(entry: Json, us: Us) -> list[InboundEvent]:
    """Read the elements of private threads that are the account's."""
    if not isinstance(entry, Mapping):
        return [make_stray(us, entry, "not an object")]
    ours = get_id(entry, "id") == us.own_id
    found = []
    for place in ("messaging", "standby"):
        for item in get_list(entry, place):
            if ours or is_between_us(item, us):
                found += parse_element(item, us, standby=place == "standby")
    for change in list_changes(entry, us):
        if is_thread(change) and (ours or is_between_us(change.value, us)):
            found += parse_element(change.value, us, standby=change.field == "standby")
    if ours and not any(place in entry for place in ("messaging", "standby", "changes", "field")):
        found.append(make_stray(us, entry, "an entry without elements"))
    return found


def list_public_changes(entry: Json, us: Us) -> list[Change]:
    """Return the account's elements that are not of a private thread."""
    if not isinstance(entry, Mapping) or get_id(entry, "id") != us.own_id:
        return []
    return [change for change in list_changes(entry, us) if not is_thread(change)]


def is_thread(change: Change) -> bool:
    """Tell whether a change is a message after all: Instagram tells some so, and not always to whom."""
    told = any(get_object(change.value, name) for name in ("recipient", *READERS))
    return told and bool(get_object(change.value, "sender"))


def list_changes(entry: JsonObject, us: Us) -> Iterator[Change]:
    """Yield the changes of an entry, in whichever of the two shapes."""
    raw = [*get_list(entry, "changes"), *([entry] if "field" in entry else [])]
    for item in raw:
        change = item if isinstance(item, Mapping) else {}
        yield Change(
            field=get_text(change, "field", limit=60),
            value=get_object(change, "value"),
            number=get_number(entry, "time"),
            at=get_time(entry, "time"),
            raw=item,
            us=us,
        )
