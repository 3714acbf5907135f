"""What one message says, by its type. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.connector.fields import MAX_ID
from bot.connector.meta.fields import get_id, get_object, get_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Attachment, Content, Kind
from bot.errors import BadPayload
from connectors.whatsapp.faults import describe, read_code
from connectors.whatsapp.filled import read_form, read_order
from connectors.whatsapp.notes import WELCOME, explain_permission, explain_system, explain_unsupported, note
from connectors.whatsapp.reading import get_name, get_objects, need_id, need_number
from connectors.whatsapp.said import Said, press, say, show

FILES: Mapping[str, str] = {  # WhatsApp's word → ours
    "image": "photo",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "voice": "voice",  # as older versions of the API wrote `audio`
}
VCARD_NAME = re.compile(r"^FN(?:;[^:\r\n]*)?:(?P<name>[^\r\n]{1,512})", re.MULTILINE)
REFERRAL = ("source_type", "source_id", "source_url", "headline", "body", "ctwa_clid", "media_type")
# What people do with messages that stand already, also where WhatsApp does not pass on what it was.
ACTS = frozenset({"reaction", "edit", "revoke", "poll_update", "pin", "keep_in_chat", "system"})


def read_said(message: JsonObject) -> Said:
    """Read a message by its type. One that makes no sense is unsupported: somebody wrote it all the same."""
    try:
        return read_by_type(message)
    except BadPayload as error:
        problem: JsonObject = {"update": "unreadable", "problem": str(error)}
        return Said(
            kind=Kind.UNSUPPORTED,
            metadata={**read_reason(message), **problem},
            for_staff=name_type(message) in ACTS,
        )


def read_by_type(message: JsonObject) -> Said:
    """Read a message by its type; a type that nobody has written down is unsupported."""
    name = name_type(message)
    reader = READERS.get(name, read_unsupported)
    said = reader(message)
    update: JsonObject = {"update": name} if said.kind is Kind.UNSUPPORTED else {}
    return replace(said, metadata={**update, **said.metadata, **read_surroundings(message)})


def name_type(message: JsonObject) -> str:
    """Return WhatsApp's word for what a message is."""
    return get_name(message, "type") or next((name for name in READERS if name in message), "nothing")


def read_surroundings(message: JsonObject) -> JsonObject:
    """Return what a message answers, whether it was passed on, and the advertisement it came by."""
    context = get_object(message, "context")
    quoted = get_id(context, "id") or get_id(context, "message_id")  # the latter of what was sent
    referral = get_object(message, "referral")
    product = get_object(context, "referred_product")
    found: dict[str, Json] = {
        "quoted": quoted,
        "forwarded": any(context.get(name) is True for name in ("forwarded", "frequently_forwarded")),
        "referral": {name: text for name in REFERRAL if (text := get_text(referral, name, limit=2_000))},
        "product": get_name(product, "product_retailer_id"),
        "origin": get_name(message, "origin"),  # `contact_request`: a number that we asked for
    }
    return {name: value for name, value in found.items() if value}


def read_text(message: JsonObject) -> Said:
    """Read words."""
    return say(get_text(get_object(message, "text"), "body"))


def read_file(message: JsonObject) -> Said:
    """Read a file, and what is written under it. Its reference is WhatsApp's media id, good for days."""
    name = next((name for name in FILES if name in message), "")
    part = get_object(message, name)
    ref = need_id(part, "id")
    attachment = Attachment(
        kind="voice" if part.get("voice") is True else FILES[name],
        ref=ref,
        mime=get_name(part, "mime_type") or None,
        name=get_name(part, "filename") or None,
    )
    caption = get_text(part, "caption")
    kind = Kind.TEXT if caption.strip() else Kind.MEDIA
    return Said(kind=kind, content=Content(text=caption, attachments=(attachment,)))


def read_location(message: JsonObject) -> Said:
    """Read a place, with its name or address where it has one."""
    place = get_object(message, "location")
    latitude, longitude = need_number(place, "latitude"), need_number(place, "longitude")
    if abs(latitude) > 90 or abs(longitude) > 360:  # noqa: PLR2004 - degrees
        raise BadPayload("`latitude` and `longitude` must be degrees")
    names = dict.fromkeys(filter(None, (get_name(place, "name"), get_name(place, "address"))))
    ref = f"geo:{latitude:.6f},{longitude:.6f}"
    return show(Attachment(kind="location", ref=ref, name=", ".join(names) or None))


def read_contacts(message: JsonObject) -> Said:
    """Read business cards: one attachment for each number, or for each card without one."""
    return show(*(each for card in get_objects(message, "contacts") for each in read_card(card)))


def read_card(card: JsonObject) -> list[Attachment]:
    """Return what a business card holds. Not every one has a whole name, or a number."""
    name, vcard = get_object(card, "name"), VCARD_NAME.search(get_text(card, "vcard"))
    parts = " ".join(filter(None, (get_name(name, "first_name"), get_name(name, "last_name"))))
    company = get_name(get_object(card, "org"), "company")
    shown = get_name(name, "formatted_name") or parts or (vcard["name"].strip() if vcard else "") or company
    phones = get_objects(card, "phones")
    numbers = [get_name(phone, "phone") or get_id(phone, "wa_id") for phone in phones]
    numbers = [number for number in numbers if number]
    if not numbers:
        mails = (get_name(mail, "email") for mail in get_objects(card, "emails"))
        shown = ", ".join(filter(None, (shown, *mails)))[:MAX_ID]
    return [Attachment(kind="contact", ref=f"tel:{number}", name=shown or None) for number in numbers or [""]]


def read_interactive(message: JsonObject) -> Said:
    """Read what was chosen from buttons or a list, or filled into a form (a flow)."""
    chosen = get_object(message, "interactive")
    for name in ("button_reply", "list_reply"):
        if name in chosen:
            part = get_object(chosen, name)
            title = get_name(part, "title")
            return press(get_text(part, "id") or title, title)
    if "nfm_reply" in chosen:
        return read_form(get_object(chosen, "nfm_reply"))
    if get_name(chosen, "type") == "product":
        return read_product(chosen)
    told = explain_permission(chosen)
    metadata: JsonObject = {"interactive": get_name(chosen, "type"), **told}
    return Said(kind=Kind.UNSUPPORTED, metadata=metadata, for_staff=bool(told))


def read_product(chosen: JsonObject) -> Said:
    """Read a product of the catalogue that somebody passes on, with what they wrote to it."""
    places = (chosen, get_object(chosen, "product"), get_object(chosen, "action"))
    number = next(filter(None, (get_name(place, "product_retailer_id") for place in places)), "")
    if not number:
        raise BadPayload("a product without its number")
    text = get_text(get_object(chosen, "body"), "text")
    content = Content(text=text, attachments=(Attachment(kind="product", ref=f"product:{number}"),))
    return Said(kind=Kind.TEXT if text else Kind.MEDIA, content=content)


def read_button(message: JsonObject) -> Said:
    """Read a pressed button of a template; without a payload its label is one."""
    button = get_object(message, "button")
    title = get_name(button, "text")
    return press(get_text(button, "payload") or title, title)


def read_reaction(message: JsonObject) -> Said:
    """Read a reaction; one that was taken back has no emoji."""
    reaction = get_object(message, "reaction")
    return Said(
        kind=Kind.REACTION,
        content=Content(text=get_name(reaction, "emoji")),
        target_id=need_id(reaction, "message_id"),
    )


def read_edit(message: JsonObject) -> Said:
    """Read what a message was changed to."""
    edit = get_object(message, "edit")
    inner = get_object(edit, "message")
    if "edit" in (*inner, inner.get("type")):
        raise BadPayload("`message` of an edit must not be an edit")
    changed = read_by_type(inner)
    if changed.kind is Kind.UNSUPPORTED:
        return replace(changed, for_staff=True)
    return replace(changed, kind=Kind.EDIT, target_id=need_id(edit, "original_message_id"))


def read_revoke(message: JsonObject) -> Said:
    """Read that a message was taken back."""
    revoked = get_object(message, "revoke")
    return Said(kind=Kind.DELETE, target_id=need_id(revoked, "original_message_id"))


def read_system(message: JsonObject) -> Said:
    """Read that somebody has another number or user id now."""
    system = get_object(message, "system")
    name: JsonObject = {"update": get_name(system, "type") or "system"}
    return Said(kind=Kind.UNSUPPORTED, metadata={**name, **explain_system(system)}, for_staff=True)


def read_welcome(_: JsonObject) -> Said:
    """Read that somebody opened the chat."""
    return Said(kind=Kind.UNSUPPORTED, metadata=note(WELCOME), for_staff=True)


def read_unsupported(message: JsonObject) -> Said:
    """Read what WhatsApp gives nobody to read: a poll, a message seen once, one that a fault has eaten."""
    what, name = get_name(get_object(message, "unsupported"), "type"), name_type(message)
    named: JsonObject = {"what": what} if what else {}
    explained = {} if name in ACTS else explain_unsupported(what)
    metadata = {**named, **explained, **read_reason(message)}
    return Said(kind=Kind.UNSUPPORTED, metadata=metadata, for_staff=what in ACTS)


def read_reason(message: JsonObject) -> JsonObject:
    """Return why WhatsApp could not pass a message on, where it says so."""
    errors = message.get("errors")
    error = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(error, Mapping):
        return {}
    code = read_code(error)
    return {**({} if code is None else {"code": str(code)}), "reason": describe(error)}


READERS: Mapping[str, Callable[[JsonObject], Said]] = {
    "text": read_text,
    **dict.fromkeys(FILES, read_file),
    "location": read_location,
    "contacts": read_contacts,
    "interactive": read_interactive,
    "button": read_button,
    "order": read_order,
    "reaction": read_reaction,
    "edit": read_edit,
    "revoke": read_revoke,
    "system": read_system,
    "request_welcome": read_welcome,
    "unsupported": read_unsupported,
}
