"""Mails that begin a thread: to an address that was left for the answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.connector.opening import NewThread
from bot.domain.contact import Handle
from bot.domain.json import Json, JsonObject
from connectors.email.automatic import NOBODY
from connectors.email.payload import Us
from connectors.email.threads import ADDRESS, MESSAGE_ID, digest, make_key


def open_thread(us: Us, address: str, *, matter: str, subject: str) -> NewThread | None:
    """Return the thread with an address about a matter; None for our own, or one that nobody reads."""
    plain = address.strip().lower()
    if not ADDRESS.fullmatch(plain) or not plain.isascii():
        return None
    if plain in us.addresses or NOBODY.match(plain):
        return None
    return NewThread(
        key=make_key(digest(f"opened {us.domain} {matter}"), plain),
        contact=Handle(native_id=plain),
        reply_context={"subject": subject, "opens": True},
    )


def go_on(context: JsonObject, sent: Sequence[str]) -> JsonObject:
    """Return the context of our next mail: after ours, until they answer; then after theirs, as it is."""
    known: list[Json] = [each for each in sent if MESSAGE_ID.fullmatch(each)]
    if context.get("opens") is not True or not known:
        return context
    return {"subject": context.get("subject", ""), "message_id": known[-1], "references": known[:-1]}
