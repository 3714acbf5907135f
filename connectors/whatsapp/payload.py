"""WhatsApp's webhooks in. Pure; replies out are in `render`.

A request holds changes of one or more business accounts, and a change any number of messages and statuses.
What concerns another phone number than the account's is left out: the numbers of one app share a webhook.
An element that cannot be read is `unsupported`, and takes none of the others with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.connector import AccountConfig, InboundEvent
from bot.connector.fields import parse_json
from bot.connector.meta.fields import digest, get_id, get_object, get_time
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import SAID, Content, Kind
from bot.errors import BadPayload
from connectors.whatsapp.messages import read_said
from connectors.whatsapp.notes import CALL, NEW_NUMBER, NEW_USER_ID, PREFERENCES, SYSTEM, note
from connectors.whatsapp.people import (
    Known,
    Person,
    find_addressee,
    find_person,
    find_previous,
    get_number,
    is_in_group,
    make_renamed,
    read_known,
)
from connectors.whatsapp.reading import get_name, need_id
from connectors.whatsapp.routing import explain_handover, get_handed, name_field, open_value
from connectors.whatsapp.said import Said
from connectors.whatsapp.sent import read_sent
from connectors.whatsapp.statuses import read_status

CHANNEL = "whatsapp"
OBJECT = "whatsapp_business_account"
# Why a message has no words yet: at times they follow under the same id, most of all after an advertisement.
UNAVAILABLE = "131060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the elements of one change share: whose number it is, and the people it tells of."""

    own_number: str
    known: Known


Reader = Callable[[JsonObject, InboundEvent, Batch], InboundEvent | None]


def parse_body(body: bytes, account: AccountConfig) -> list[InboundEvent]:
    """Read a webhook's body. Raises `BadPayload` unless it is one of WhatsApp's."""
    raw = parse_json(body)
    if not isinstance(raw, Mapping):
        raise BadPayload("the body must be a JSON object")
    if raw.get("object") != OBJECT:
        raise BadPayload(f"`object` must be {OBJECT}")
    entries = raw.get("entry")
    if not isinstance(entries, list):
        raise BadPayload("`entry` must be a list")
    return [
        event
        for entry in entries
        for change in list_changes(entry)
        for event in parse_change(entry, change, account)
    ]


def list_changes(entry: Json) -> list[Json]:
    """Return what happened to one business account; an entry that cannot be read counts as one change."""
    changes = entry.get("changes") if isinstance(entry, Mapping) else None
    return changes if isinstance(changes, list) else [entry]


def parse_change(entry: Json, change: Json, account: AccountConfig) -> list[InboundEvent]:
    """Read a change, nothing if it is another account's."""
    whole = make_blank(change, account, update="change")
    if not isinstance(change, Mapping) or not isinstance(entry, Mapping):
        return [whole]
    field = name_field(change)
    value = open_value(field, get_object(change, "value"))
    if not is_ours(entry, value, account):
        return []
    readers = FIELDS.get(field, {}) if field else ALL
    if any(value.get(name) for name in readers):
        return parse_value(value, readers, read_batch(value), account)
    return [replace(whole, metadata={"update": field or "change"})]


def is_ours(entry: JsonObject, value: JsonObject, account: AccountConfig) -> bool:
    """Tell whether a change may concern the account: not where it names another number or business."""
    own = {name: account.options.get(name, "") for name in ("phone_number_id", "waba_id")}
    number = get_id(get_object(value, "metadata"), "phone_number_id")
    if number:
        return number == own["phone_number_id"]
    return not own["waba_id"] or get_id(entry, "id") in ("", own["waba_id"])


def read_batch(value: JsonObject) -> Batch:
    """Return what the elements of a change share."""
    number = get_number(get_object(value, "metadata"), "display_phone_number")
    return Batch(own_number=number, known=read_known(value))


def parse_value(
    value: JsonObject, readers: Mapping[str, Reader], batch: Batch, account: AccountConfig
) -> list[InboundEvent]:
    """Read every element of a change."""
    events = (
        parse_element(element, reader, batch, make_blank(element, account, update=name))
        for name, reader in readers.items()
        for element in take_elements(value, name)
    )
    return [event for event in events if event is not None]


def take_elements(value: JsonObject, name: str) -> list[Json]:
    """Return the elements of a list; what is no list is one element that cannot be read."""
    found = value.get(name)
    return [] if found is None else found if isinstance(found, list) else [found]


def parse_element(element: Json, reader: Reader, batch: Batch, blank: InboundEvent) -> InboundEvent | None:
    """Read one element; what makes no sense stays `blank`, None is what tells nothing."""
    if not isinstance(element, Mapping):
        return blank
    try:
        return reader(element, blank, batch)
    except BadPayload as error:
        return replace(blank, metadata={**blank.metadata, "problem": str(error)})


def make_blank(raw: Json, account: AccountConfig, *, update: str) -> InboundEvent:
    """Return an event that says nothing; its id is made of the content, and the same for the same content."""
    return InboundEvent(
        channel=CHANNEL,
        account=account.name,
        event_id=f"raw:{digest(raw)}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"update": update},
    )


def read_message(message: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Read what a customer wrote. What a group or our own number says is nobody's message."""
    native_id = get_id(message, "id")
    numbered = replace(
        blank, event_id=native_id or blank.event_id, platform_at=get_time(message, "timestamp")
    )
    if is_in_group(message):
        return replace(numbered, metadata={"update": "group"})
    if get_name(message, "type") == "system":
        return read_change_of_ids(message, numbered)
    person = find_person(message, batch.known)
    if person.key == batch.own_number:
        return replace(numbered, metadata={"update": "own number"})
    event = fill(numbered, person, read_said(message))
    if event.kind is Kind.UNSUPPORTED and event.metadata.get("code") == UNAVAILABLE:
        return replace(event, event_id=f"unavailable:{event.event_id}")
    return event if native_id else replace(event, reply_context={})  # nothing that could be quoted


def fill(blank: InboundEvent, person: Person, said: Said) -> InboundEvent:
    """Put together who said what. Replies can quote a message, and an edit is the newer the later it is."""
    edited_at = blank.platform_at if said.kind is Kind.EDIT else None
    quotable = said.kind in (Kind.TEXT, Kind.MEDIA, Kind.POSTBACK)
    return replace(
        blank,
        kind=said.kind,
        conversation_key=person.key,
        sender=person.handle,
        content=said.content,
        target_id=said.target_id,
        revision=int(edited_at.timestamp()) if edited_at else 0,
        metadata=said.metadata,
        for_staff=said.for_staff,
        reply_context={"message_id": blank.event_id} if quotable else {},
    )


def tell_staff(metadata: JsonObject) -> Said:
    """Return what staff should know, and nobody waits to have answered."""
    return Said(kind=Kind.UNSUPPORTED, metadata=metadata, for_staff=True)


def read_change_of_ids(message: JsonObject, blank: InboundEvent) -> InboundEvent:
    """Read that somebody has another number or user id: the old ids and the new ones name one person.

    It is kept in the conversation under the old key. What they write next comes under the new.
    """
    system = get_object(message, "system")
    new = (get_id(system, name) for name in ("user_id", "wa_id", "new_wa_id", "parent_user_id"))
    named = (get_id(message, "from"), get_id(message, "from_user_id"), find_previous(system))
    old = (get_id(system, name) for name in ("customer", "previous_parent_user_id"))
    moved = SYSTEM.get(get_name(system, "type")) == NEW_NUMBER
    return fill(blank, make_renamed((*named, *old), new, new_number=moved), read_said(message))


def read_new_user_id(update: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Read that somebody has another user id, where that is told by itself."""
    del batch
    numbered = replace(blank, platform_at=get_time(update, "timestamp"))
    ids = [get_object(update, name) for name in ("user_id", "parent_user_id")]
    old, new = ([get_id(each, name) for each in ids] for name in ("previous", "current"))
    person = make_renamed([get_id(update, "wa_id"), *old], new)
    return fill(numbered, person, tell_staff({"update": "user_id_update", **note(NEW_USER_ID)}))


def read_echo(message: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Read what one of the brand's people, or Meta's own agent, wrote to the contact who is the sender.

    That they edit, take back or react to what they wrote is kept as unsupported.
    """
    numbered = replace(blank, event_id=need_id(message, "id"), platform_at=get_time(message, "timestamp"))
    said = read_sent(message)
    if is_in_group(message):
        return replace(numbered, metadata={"update": "group"})
    person = find_addressee(message, batch.known)
    if said.content == Content() or said.kind not in (Kind.TEXT, Kind.MEDIA, Kind.POSTBACK):
        return fill(numbered, person, tell_staff({"update": f"echo {said.kind}"}))
    echo = fill(numbered, person, replace(said, kind=Kind.ECHO))
    return replace(echo, reply_context={})


def read_overheard(message: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Read what a customer writes to Meta's own agent, which has the conversation: not ours to answer."""
    event = read_message(message, blank, batch)
    if event.kind not in SAID or not event.conversation_key:
        return event
    return replace(
        event,
        kind=Kind.UNSUPPORTED,
        reply_context={},
        metadata={**event.metadata, "standby": True},
        for_staff=True,
    )


def read_handover(handover: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Read that a conversation was passed on to us, or taken by another sender."""
    numbered = replace(blank, platform_at=get_time(handover, "timestamp"))
    return fill(
        numbered, find_person(get_handed(handover), batch.known), tell_staff(explain_handover(handover))
    )


def read_call(call: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent | None:
    """Read that somebody called us: of the events of one call, the first."""
    if get_name(call, "event") != "connect" or get_name(call, "direction") == "BUSINESS_INITIATED":
        return blank
    numbered = replace(blank, event_id=f"call:{need_id(call, 'id')}", platform_at=get_time(call, "timestamp"))
    said = tell_staff({"update": "call", **note(CALL)})
    is_own = batch.own_number and get_number(call, "from") == batch.own_number
    return fill(numbered, find_person({**call, "from": None} if is_own else call, batch.known), said)


def read_preference(preference: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent | None:
    """Read whether somebody wants advertising."""
    value = get_name(preference, "value")
    numbered = replace(blank, platform_at=get_time(preference, "timestamp"))
    metadata: JsonObject = {"update": "user_preferences", "marketing": value, **note(PREFERENCES.get(value))}
    named = {"from": get_id(preference, "wa_id"), "from_user_id": get_id(preference, "user_id")}
    return fill(numbered, find_person(named, batch.known), tell_staff(metadata))


def read_delivery(status: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent | None:
    """Read what became of a message of ours."""
    return read_status(status, blank, batch.known)


def read_fault(error: JsonObject, blank: InboundEvent, batch: Batch) -> InboundEvent:
    """Keep that WhatsApp had a fault that concerns no message."""
    del batch
    return replace(blank, metadata={"update": "error", "code": get_id(error, "code")})


FIELDS: Mapping[str, Mapping[str, Reader]] = {
    "messages": {"messages": read_message, "statuses": read_delivery, "errors": read_fault},
    "smb_message_echoes": {"message_echoes": read_echo},
    "standby": {"messages": read_overheard, "message_echoes": read_echo, "statuses": read_delivery},
    "messaging_handovers": {"messaging_handovers": read_handover},
    "calls": {"calls": read_call},
    "user_preferences": {"user_preferences": read_preference},
    "user_id_update": {"user_id_update": read_new_user_id},
}
# Of a change that does not name its field.
ALL: Mapping[str, Reader] = {
    name: read for field in ("smb_message_echoes", "messages") for name, read in FIELDS[field].items()
}
