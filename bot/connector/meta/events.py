"""What happens in Messenger's and Instagram's private threads, in our words. Pure.

Both write the same elements into `entry[].messaging[]`, and into `entry[].standby[]` while another
app has the thread. A conversation is a person's id with the page or account. Sources:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
https://developers.facebook.com/docs/instagram-platform/webhooks/examples/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.connector.events import InboundEvent, Receipt, ReceiptState
from bot.connector.fields import MAX_ID
from bot.connector.meta.fields import (
    digest,
    get_id,
    get_list,
    get_number,
    get_object,
    get_text,
    get_time,
)
from bot.connector.meta.files import read_attachments, read_story
from bot.connector.meta.words import (
    explain_arrival,
    explain_lost,
    explain_optin,
    read_referral,
    read_template,
)
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from bot.domain.message import Content, Kind

OWN_MARK = "visavis:"  # begins the `metadata` of what we send, which comes back with its echo
# Where `emoji` is missing. A reaction without any word of its own is Instagram's heart.
EMOJI: Mapping[str, str] = {
    "smile": "\N{SMILING FACE WITH OPEN MOUTH}",
    "laugh": "\N{SMILING FACE WITH OPEN MOUTH}",
    "angry": "\N{ANGRY FACE}",
    "sad": "\N{CRYING FACE}",
    "wow": "\N{FACE WITH OPEN MOUTH}",
    "love": "\N{HEAVY BLACK HEART}",
    "like": "\N{THUMBS UP SIGN}",
    "yes": "\N{THUMBS UP SIGN}",
    "dislike": "\N{THUMBS DOWN SIGN}",
    "no": "\N{THUMBS DOWN SIGN}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """The account: `own_id` is the page's or the Instagram account's, `app_id` our app's, if known."""

    channel: str
    account: str
    own_id: str
    app_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a thread: who it is between, when, and what is known before it is read."""

    person: str
    by_us: bool
    at: datetime | None
    standby: bool
    us: Us
    stray: InboundEvent  # belongs to no conversation: what it stays where nothing else fits

    def say(self, kind: Kind, event_id: str) -> InboundEvent:
        """Return an event of the person's conversation."""
        return replace(
            self.stray,
            kind=kind,
            event_id=event_id,
            conversation_key=self.person,
            sender=Handle(native_id=self.person),
            metadata={"standby": True} if self.standby else {},
        )

    def hear(self, kind: Kind, event_id: str) -> InboundEvent:
        """Return what the person said to us; what they say to another app is for staff to know."""
        event = self.say(Kind.UNSUPPORTED if self.standby else kind, event_id)
        return replace(event, for_staff=self.standby)


def make_stray(us: Us, item: Json, what: str) -> InboundEvent:
    """Return an event of no conversation for an element that nobody has to act on; `what` names it."""
    return InboundEvent(
        channel=us.channel,
        account=us.account,
        event_id=f"unsupported:{digest(item)}",
        kind=Kind.UNSUPPORTED,
        conversation_key="",
        sender=Handle(native_id=""),
        metadata={"webhook": what},
    )


def is_between_us(item: Json, us: Us) -> bool:
    """Tell whether an element of a thread has the account on one of its sides."""
    if not isinstance(item, Mapping):
        return False
    return us.own_id in {get_id(get_object(item, side), "id") for side in ("sender", "recipient")}


def parse_element(item: Json, us: Us, *, standby: bool = False) -> list[InboundEvent]:
    """Read one element of a thread. Nothing comes of the echo of what we sent ourselves."""
    if not isinstance(item, Mapping):
        return [make_stray(us, item, "not an object")]
    name = next((each for each in READERS if isinstance(item.get(each), Mapping)), "")
    stray = make_stray(us, item, name or name_element(item))
    sender, recipient = (get_id(get_object(item, side), "id") for side in ("sender", "recipient"))
    by_us = sender == us.own_id or get_object(item, "message").get("is_echo") is True
    person = recipient if by_us else sender
    if not name or not person or person == us.own_id or len(person) > MAX_ID:
        return [stray]
    at = get_time(item, "timestamp")
    element = Element(
        person=person, by_us=by_us, at=at, standby=standby, us=us, stray=replace(stray, platform_at=at)
    )
    return READERS[name](get_object(item, name), element)


def name_element(item: JsonObject) -> str:
    """Return Meta's word for an element that we do not read: a handover, an opt-in, what comes next year."""
    known = {"sender", "recipient", "timestamp"}
    return next((get_text({"name": name}, "name", limit=60) for name in item if name not in known), "empty")


def read_message(message: JsonObject, element: Element) -> list[InboundEvent]:
    """Read what was said or taken back, by the person or by the brand; `is_self` is a note to oneself."""
    mid = get_id(message, "mid")
    unknown = not mid and (element.by_us or message.get("is_deleted") is True)
    if unknown or message.get("is_self") is True:
        return [element.stray]
    if message.get("is_deleted") is True:
        return [replace(element.say(Kind.DELETE, f"unsend:{mid}"), target_id=mid)]
    if element.by_us:
        return read_echo(message, mid, element)
    reply_to = get_object(message, "reply_to")
    text = get_text(message, "text")
    attachments = (*read_attachments(get_list(message, "attachments")), *read_story(reply_to))
    payload = get_text(get_object(message, "quick_reply"), "payload", limit=MAX_ID * 4)
    kind = (
        Kind.POSTBACK if payload else Kind.TEXT if text else Kind.MEDIA if attachments else Kind.UNSUPPORTED
    )
    event = element.hear(kind, mid or f"said:{element.stray.event_id}")
    about = {**read_referral(get_object(message, "referral")), **read_quote(reply_to)}
    titled: JsonObject = {"title": text} if payload and text else {}
    lost: JsonObject = {}
    if kind is Kind.UNSUPPORTED:
        lost = {"note": explain_lost(get_list(message, "attachments"))}
    return [
        replace(
            event,
            content=Content(text=payload or text, attachments=attachments),
            metadata={**event.metadata, **about, **titled, **lost},
        )
    ]


def read_echo(message: JsonObject, mid: str, element: Element) -> list[InboundEvent]:
    """Read the word of the brand's people, or of another app of the brand: the bot steps back.

    Ours are known by the id of our app, or by what we wrote into `metadata`. Instagram leaves out both at
    times: what we sent is then known by its id alone, which is the service's business.
    """
    app_id = get_id(message, "app_id")
    if (app_id and app_id == element.us.app_id) or get_text(message, "metadata").startswith(OWN_MARK):
        return []
    attachments = read_attachments(get_list(message, "attachments"))
    text = get_text(message, "text") or read_template(get_list(message, "attachments"))
    if not text and not attachments:
        return [element.stray]
    event = element.say(Kind.ECHO, mid)
    app: JsonObject = {"app_id": app_id} if app_id else {}
    content = Content(text=text, attachments=attachments)
    return [replace(event, content=content, metadata={**event.metadata, **app})]


def read_quote(reply_to: JsonObject) -> JsonObject:
    """Return which message or story is answered."""
    mid, story = get_id(reply_to, "mid"), get_id(get_object(reply_to, "story"), "id")
    return {**({"reply_to": mid} if mid else {}), **({"story_id": story} if story else {})}


def read_press(postback: JsonObject, element: Element) -> list[InboundEvent]:
    """Read a pressed button. In standby Meta leaves out its payload."""
    title = get_text(postback, "title", limit=MAX_ID)
    payload = get_text(postback, "payload", limit=MAX_ID * 4) or title
    if element.by_us or not payload:
        return [element.stray]
    mid = get_id(postback, "mid")
    event = element.hear(Kind.POSTBACK, mid or f"press:{element.stray.event_id}")
    about = read_referral(get_object(postback, "referral"))
    titled: JsonObject = {"title": title} if title else {}
    return [replace(event, content=Content(text=payload), metadata={**event.metadata, **about, **titled})]


def read_reaction(reaction: JsonObject, element: Element) -> list[InboundEvent]:
    """Read a reaction; one that was taken back has no emoji."""
    mid = get_id(reaction, "mid")
    if element.by_us or not mid:
        return [element.stray]
    emoji, name = (get_text(reaction, part, limit=32) for part in ("emoji", "reaction"))
    emoji = emoji or EMOJI.get(name, name) or "\N{HEAVY BLACK HEART}"
    given = get_text(reaction, "action", limit=32) != "unreact"
    event = element.say(Kind.REACTION, f"reaction:{element.stray.event_id}")
    return [replace(event, target_id=mid, content=Content(text=emoji if given else ""))]


def read_edit(edit: JsonObject, element: Element) -> list[InboundEvent]:
    """Read the new words of a message; `num_edit` counts its edits.

    Instagram tells some new messages as their own edit number 0.
    """
    mid, text, number = get_id(edit, "mid"), get_text(edit, "text"), get_number(edit, "num_edit")
    if element.by_us or not mid or not text:
        return [element.stray]
    if number == 0 and "num_edit" in edit and not element.standby:
        return [replace(element.say(Kind.TEXT, mid), content=Content(text=text))]
    if "num_edit" not in edit and element.at:
        number = int(element.at.timestamp())  # which grows as well
    event = element.say(Kind.EDIT, f"edit:{mid}:{number}")
    return [replace(event, target_id=mid, revision=number, content=Content(text=text))]


def read_delivery(delivery: JsonObject, element: Element) -> list[InboundEvent]:
    """Read which messages of ours arrived: by their ids where they are told, else all up to a time."""
    mids = [mid for each in get_list(delivery, "mids") if (mid := get_id({"mid": each}, "mid"))]
    return read_receipts(delivery, mids, element, ReceiptState.DELIVERED)


def read_read(read: JsonObject, element: Element) -> list[InboundEvent]:
    """Read up to where our messages were read: Messenger tells a time, Instagram the last message."""
    mid = get_id(read, "mid")
    return read_receipts(read, [mid] if mid else [], element, ReceiptState.READ)


def read_receipts(
    block: JsonObject, mids: list[str], element: Element, state: ReceiptState
) -> list[InboundEvent]:
    """Return an event for each message that is named, or one for all up to the `watermark`."""
    until = get_time(block, "watermark")
    if element.by_us or element.standby or not (mids or until):
        return [element.stray]
    if not mids:
        event = element.say(Kind.RECEIPT, f"{state}:{element.person}:{get_number(block, 'watermark')}")
        return [replace(event, receipt=Receipt(state=state, until=until))]
    return [
        replace(element.say(Kind.RECEIPT, f"{state}:{mid}"), target_id=mid, receipt=Receipt(state=state))
        for mid in dict.fromkeys(mids)
    ]


def read_arrival(referral: JsonObject, element: Element) -> list[InboundEvent]:
    """Read that somebody came back into a thread by a link or an advertisement, and said nothing yet."""
    about = read_referral(referral)
    if element.by_us or not about:
        return [element.stray]
    event = replace(element.say(Kind.UNSUPPORTED, f"referral:{element.stray.event_id}"), for_staff=True)
    return [replace(event, metadata={**event.metadata, **about, "note": explain_arrival(referral)})]


def read_optin(optin: JsonObject, element: Element) -> list[InboundEvent]:
    """Read that somebody allowed messages by a form, a box on a site or a button, and said nothing yet."""
    if element.by_us:
        return [element.stray]
    about = read_referral({"ref": optin.get("ref") or optin.get("payload")})
    event = replace(element.say(Kind.UNSUPPORTED, f"optin:{element.stray.event_id}"), for_staff=True)
    return [replace(event, metadata={**event.metadata, **about, "note": explain_optin(optin)})]


READERS: Mapping[str, Callable[[JsonObject, Element], list[InboundEvent]]] = {
    "message": read_message,
    "postback": read_press,
    "reaction": read_reaction,
    "message_edit": read_edit,
    "delivery": read_delivery,
    "read": read_read,
    "referral": read_arrival,
    "optin": read_optin,
}
