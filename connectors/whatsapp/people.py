"""Who writes: a phone number, a user id, or both. Pure.

Since 2026 every person has a user id of the business's own (`US.1349…`, Meta's "BSUID"), and those with a
username may show nothing else. A phone number is the older name of the same thread, so the rule is:

- The conversation's key is the phone number where the payload has one, else the user id. Whoever was
  first seen with a phone number alone, and later with both, stays in one conversation; so does whoever is
  always seen with the same.
- The contact's id is the user id where there is one, else the phone number, and `other_ids` hold the rest:
  who is seen with both ids once can be known by either for ever, also where the key changes because the
  number is shown no more. Nothing in one payload can tell more.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.connector.meta.fields import get_id, get_object, get_text
from bot.domain.contact import Handle
from bot.domain.json import JsonObject
from bot.errors import BadPayload
from connectors.whatsapp.reading import get_name, get_objects

# How ids of groups begin: base64 of `capi_group`.
GROUP_ID = "Y2FwaV9ncm91cD"
USER_ID = re.compile(r"[A-Z]{2}\.(?P<parent>ENT\.)?[A-Za-z0-9]{1,128}")
NAMES = ("from", "from_user_id", "to", "to_user_id", "recipient_id", "recipient_user_id")
PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,30}")
# The end of what WhatsApp writes: people choose the name before it.
CHANGED = re.compile(r"changed from (?P<old>\S{1,200}) to (?P<new>\S{1,200})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact and the key of the conversation with them."""

    key: str
    handle: Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The contacts that a change tells of. `alone`: all that happened in it concerns one person."""

    contacts: Sequence[JsonObject] = ()
    alone: bool = True


def read_known(value: JsonObject) -> Known:
    """Return the contacts of a change."""
    elements = [each for name in value if name != "contacts" for each in get_objects(value, name)]
    people = {tuple(get_id(each, name) for name in NAMES) for each in elements}
    return Known(contacts=get_objects(value, "contacts"), alone=len(people) <= 1)


def is_in_group(element: JsonObject) -> bool:
    """Tell what was said in a group, or became of what was: its members have no conversation with us there.

    Not by a well-formed `group_id` alone: what is taken for private would be answered as if it were.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/group
    """
    if element.get("group_id") or get_name(element, "recipient_type") == "group":
        return True
    return any(get_id(element, name).startswith(GROUP_ID) for name in NAMES)


def is_user_id(name: str) -> bool:
    """Tell a user id from a phone number."""
    return USER_ID.fullmatch(name) is not None


def clean_number(name: str) -> str:
    """Return a phone number as WhatsApp writes it, digits alone; anything else as it is."""
    return re.sub(r"[^0-9]", "", name) if PHONE.fullmatch(name) else name


def get_number(data: JsonObject, name: str) -> str:
    """Return a phone number, or the id that stands in its place, however it is written; empty for neither."""
    return get_id({name: clean_number(get_name(data, name))}, name) or get_id(data, name)


def find_person(message: JsonObject, known: Known) -> Person:
    """Return who wrote a message. Raises `BadPayload` where nobody is named."""
    named = (get_number(message, "from"), get_id(message, "from_user_id"))
    parent = get_id(message, "from_parent_user_id")
    return make_person((*named, parent), find_contact(named, known))


def find_addressee(message: JsonObject, known: Known) -> Person:
    """Return to whom the brand's people wrote. Raises `BadPayload` where nobody is named."""
    named = (get_number(message, "to"), get_id(message, "to_user_id") or get_id(message, "recipient_user_id"))
    parent = get_id(message, "to_parent_user_id")
    return make_person((*named, parent), find_contact(named, known))


def find_recipient(status: JsonObject, known: Known) -> Person:
    """Return to whom a message of ours went. Raises `BadPayload` where nobody is named."""
    named = (get_number(status, "recipient_id"), get_id(status, "recipient_user_id"))
    parent = get_id(status, "parent_recipient_user_id") or get_id(status, "recipient_parent_user_id")
    return make_person((*named, parent), find_contact(named, known))


def find_contact(named: Iterable[str], known: Known) -> JsonObject:
    """Return the contact that a change tells of somebody; the only one where no id says whose it is.

    A number in `from` and the `wa_id` of the same person differ in some countries. Where a change concerns
    several people, the only contact may be any of theirs: somebody else's ids would make two people one.
    """
    wanted = {clean_number(name) for name in named if name}
    for contact in known.contacts:
        if wanted & {clean_number(get_id(contact, "wa_id")), get_id(contact, "user_id")}:
            return contact
    return known.contacts[0] if known.alone and len(known.contacts) == 1 else {}


def make_person(names: Iterable[str], contact: JsonObject) -> Person:
    """Put together what is known of somebody."""
    told = (get_id(contact, name) for name in ("wa_id", "user_id", "parent_user_id"))
    ids = list(dict.fromkeys(clean_number(name) for name in (*names, *told) if name))
    numbers = [name for name in ids if not is_user_id(name)]
    users = sorted((name for name in ids if is_user_id(name)), key=is_parent)
    if not ids:
        raise BadPayload("`from` and `from_user_id` are both missing")
    native_id, key = (users or numbers)[0], (numbers or users)[0]
    profile = get_object(contact, "profile")
    return Person(
        key=key,
        handle=Handle(
            native_id=native_id,
            name=get_name(profile, "name") or None,
            username=get_name(profile, "username").removeprefix("@") or None,
            other_ids=tuple(name for name in (*numbers, *users) if name != native_id),
        ),
    )


def make_renamed(old: Iterable[str], new: Iterable[str], *, new_number: bool = False) -> Person:
    """Return somebody who has other ids now: the key is the old one, and the handle holds all of them.

    A new number takes the place of the old one, a new user id that of the old; `new_number`: they have one,
    whether it is told or not. Raises `BadPayload` where no old id is named.
    """
    before, told = make_person(old, {}), [clean_number(name) for name in new if name]
    known = (before.handle.native_id, *before.handle.other_ids)
    now = make_person([*told, *known], {})
    replaced = {is_user_id(name) for name in told} | ({False} if new_number else set())
    given_up = tuple(name for name in known if is_user_id(name) in replaced and name not in told)
    return Person(key=before.key, handle=replace(now.handle, given_up=given_up))


def find_previous(system: JsonObject) -> str:
    """Return the user id that a new one replaces, empty where nobody says; at times only the words do."""
    told = get_id(system, "previous_user_id")
    found = CHANGED.search(get_text(system, "body"))
    if told or found is None:
        return told
    is_theirs = found["new"] == get_id(system, "user_id") and is_user_id(found["old"])
    return found["old"] if is_theirs else ""


def is_parent(user_id: str) -> bool:
    """Tell the id that several businesses of one owner share, which names a person less well."""
    match = USER_ID.fullmatch(user_id)
    return bool(match and match["parent"])
