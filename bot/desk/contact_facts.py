"""What tells who a contact is: addresses, numbers, names. Read and brought into one form; nothing is decided.

A fact is compared by the digest of its value, so that no list of everybody's addresses comes into being;
`shown` is as much of it as staff need to recognise it. Digests hide nothing from whoever has the database.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.json import Json


class FactKind(StrEnum):
    """What a fact is. The country of a number that begins with 0 is unknown: only its end can be compared."""

    EMAIL = "email"
    PHONE = "phone"  # with its country
    PHONE_END = "phone_end"  # the end of one with its country
    PHONE_LOCAL = "phone_local"  # the end of one without
    CUSTOMER = "customer"  # the brand's own number of a customer, who has logged in
    NUMBER = "number"  # of an order, an invoice, a customer
    PROFILE = "profile"  # a username together with a display name
    NAME = "name"


class Source(StrEnum):
    """How a fact is known, the surest first."""

    CHANNEL = "channel"  # they write from it
    IDENTITY = "identity"  # the brand's own site vouches for it
    PROFILE = "profile"  # they call themselves so
    WRITTEN = "written"  # they wrote it, of themselves or of somebody else


SURE = frozenset({Source.CHANNEL, Source.IDENTITY})

# Entities of the demo brand, and as other projects name theirs.
NUMBER_ENTITIES = frozenset(
    {
        *("order_number", "order_id", "customer_number", "customer_id", "invoice_number", "invoice_id"),
        *("tracking_number", "booking_number", "booking_id", "contract_number", "ticket_number"),
    }
)
_PHONE_CHANNELS = frozenset({"sms", "whatsapp"})
_NAMED_CHANNELS = frozenset(
    {"x", "instagram", "messenger", "mastodon", "bluesky", "telegram", "slack"},
)
_MOST_TEXT = 5000  # characters that are looked through
_MOST_OF_A_KIND = 5  # in one text: who pastes a list says nothing about themselves
_LONGEST = 254

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,6}[a-z]{2,24}(?![\w-])", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w.+@-])(?:\+|00|\(?0)\d?(?:[ ()/.-]{0,2}\d){6,17}(?![\w@])")
_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_INTERNATIONAL = range(8, 16)  # digits with the country's, by E.164
_END = 9  # digits: with fewer, strangers of two countries have the same
_NUMBER_SIGNS = range(5, 33)
_LEAST_DIGITS = 3
_LEAST_USERNAME = 4
_LEAST_LETTERS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that tells who somebody is."""

    kind: FactKind
    digest: bytes
    shown: str
    source: Source


def read_handle(channel: str, native_id: str, name: str | None, username: str | None) -> list[Fact]:
    """Return what a channel knows of somebody who writes there."""
    found: list[Fact] = []
    if channel == "email":
        found += _read_email(native_id, Source.CHANNEL)
    if channel in _PHONE_CHANNELS:
        found += _read_phone(native_id if native_id.startswith("+") else f"+{native_id}", Source.CHANNEL)
    full = _fold_name(name or "")
    if channel in _NAMED_CHANNELS and username and full:
        found += _read_profile(username, full, name or "")
    if full:
        found.append(_make(FactKind.NAME, full, shown=_clean(name or ""), source=Source.PROFILE))
    return found


def read_identity(identity: Mapping[str, Json]) -> list[Fact]:
    """Return what the brand's own site vouches for, and what its page only claims, which is less.

    `id`, `email` and `phone` of an identity that is `verified`; `claimed` holds what nobody signed.
    """
    given = _read_strings(identity)
    if identity.get("verified") is not True:
        return []
    found: list[Fact] = []
    if "id" in given:
        shown = _clean(given["id"])
        found.append(_make(FactKind.CUSTOMER, given["id"], shown=shown, source=Source.IDENTITY))
    claimed = identity.get("claimed")
    for told, source in (
        (given, Source.IDENTITY),
        (_read_strings(claimed) if isinstance(claimed, dict) else {}, Source.WRITTEN),
    ):
        found += _read_email(told.get("email", ""), source) + _read_phone(told.get("phone", ""), source)
    return found


def _read_strings(given: Mapping[str, Json]) -> dict[str, str]:
    return {name: value.strip() for name, value in given.items() if isinstance(value, str) and value.strip()}


def read_words(text: str) -> list[Fact]:
    """Return the addresses and numbers that somebody wrote."""
    looked = text[:_MOST_TEXT]
    found: list[Fact] = []
    if "@" in looked:
        written = list(dict.fromkeys(match.group() for match in _EMAIL.finditer(looked)))
        if len(written) <= _MOST_OF_A_KIND:
            found += [fact for each in written for fact in _read_email(each, Source.WRITTEN)]
    phones = list(dict.fromkeys(_find_phones(looked)))
    if len(phones) <= _MOST_OF_A_KIND:
        found += [fact for each in phones for fact in _read_phone(each, Source.WRITTEN)]
    return found


def read_entity(name: str, value: str) -> list[Fact]:
    """Return the number of an order, an invoice or a customer that was understood, if it is one."""
    if name not in NUMBER_ENTITIES:
        return []
    plain = "".join(sign for sign in value.casefold() if sign.isalnum())
    if len(plain) not in _NUMBER_SIGNS or sum(map(str.isdecimal, plain)) < _LEAST_DIGITS:
        return []
    return [_make(FactKind.NUMBER, plain, shown=_clean(value), source=Source.WRITTEN)]


def _find_phones(text: str) -> Iterator[str]:
    for match in _PHONE.finditer(text):
        if not _DATE.match(match.group()):
            yield match.group()


def _read_email(written: str, source: Source) -> list[Fact]:
    # Small letters throughout: no provider that matters tells Mara@ from mara@. What stands after a plus
    # stays: at some providers that is another person.
    address = written.strip().casefold()
    if len(address) > _LONGEST or not _EMAIL.fullmatch(address):
        return []
    person, _, domain = address.partition("@")
    return [_make(FactKind.EMAIL, address, shown=f"{person[0]}…@{domain}", source=source)]


def _read_phone(written: str, source: Source) -> list[Fact]:
    digits = re.sub(r"[^0-9]", "", written)
    sign = written.strip()[:1]
    if sign != "+" and not digits.startswith("00"):
        end = digits.lstrip("0")
        local = digits.startswith("0") and _END <= len(end) < _INTERNATIONAL.stop
        return (
            [_make(FactKind.PHONE_LOCAL, end[-_END:], shown=f"…{end[-4:]}", source=source)] if local else []
        )
    # +49 (0)151 is how people here write +49151.
    digits = re.sub(r"[^0-9]", "", re.sub(r"\(0\)", "", written)).lstrip("0")
    if len(digits) not in _INTERNATIONAL:
        return []
    shown = f"+{digits[:4]}…{digits[-3:]}"
    found = [_make(FactKind.PHONE, digits, shown=shown, source=source)]
    if len(digits) > _END:
        found.append(_make(FactKind.PHONE_END, digits[-_END:], shown=shown, source=source))
    return found


def _read_local_phone(digits: str, source: Source) -> list[Fact]:
    end = digits.lstrip("0")
    if not digits.startswith("0") or not _END <= len(end) < _INTERNATIONAL.stop:
        return []
    return [_make(FactKind.PHONE_LOCAL, end[-_END:], shown=f"…{end[-4:]}", source=source)]


def _read_profile(username: str, full_name: str, name: str) -> list[Fact]:
    # mara@social.example and mara.bsky.social: the part that people take along to another network.
    plain = username.strip().lstrip("@").casefold().partition("@")[0]
    plain = plain.removesuffix(".bsky.social")
    if len(plain) < _LEAST_USERNAME:
        return []
    shown = f"@{plain}, {_clean(name)}"
    return [_make(FactKind.PROFILE, f"{plain}\n{full_name}", shown=shown, source=Source.PROFILE)]


def _fold_name(name: str) -> str:
    """Return a name to compare; empty for one that many people have: a single word, or a few letters."""
    words = name.casefold().split()
    letters = sum(sign.isalpha() for sign in name)
    return " ".join(words) if len(words) > 1 and letters >= _LEAST_LETTERS else ""


def _clean(shown: str) -> str:
    return " ".join(shown.split())[:80]


# The end of a number with its country is compared with that of one without.
_COMPARED_AS = {FactKind.PHONE_LOCAL: FactKind.PHONE_END}


def _make(kind: FactKind, value: str, *, shown: str, source: Source) -> Fact:
    compared = f"{_COMPARED_AS.get(kind, kind)}:{value}"
    digest = hashlib.sha256(compared.encode(errors="replace")).digest()[:16]
    return Fact(kind=kind, digest=digest, shown=shown, source=source)
