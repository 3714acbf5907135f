"""What customers get to see of a bot event, and the handoff that may hide in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.message import Attachment, Button, Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.dialogue.events import BotUttered

_OF_BUTTONS = frozenset({"title", "payload", "url"})


def contents(event: BotUttered) -> list[Content]:
    """Return the messages of one bot event, in the order in which Rasa sends its parts.

    Blank lines cut a text into several messages; with buttons it stays whole. A custom payload
    that asks for a handoff is not shown.
    """
    return list(_parts(event.text or "", {**event.data, **_own_parts(event)}))


def handoff_of(event: BotUttered) -> HandoffRequest | None:
    """Return the handoff that a custom payload `{"handoff": {…}}` asks for."""
    custom = event.data.get("custom")
    wanted = custom.get("handoff") if isinstance(custom, dict) else None
    if not isinstance(wanted, dict):
        return None
    given = {key: str(wanted[key]) for key in ("queue", "summary") if wanted.get(key)}
    return HandoffRequest(
        reason=str(wanted.get("reason") or "asked_for_person"),
        priority=_priority(wanted.get("priority")),
        **given,
    )


def _own_parts(event: BotUttered) -> dict[str, Any]:
    """Take back what is in the event twice or is not for customers."""
    data = event.data
    is_handoff = handoff_of(event) is not None
    return {
        "attachment": None if data.get("attachment") == data.get("image") else data.get("attachment"),
        "custom": None if is_handoff else data.get("custom"),
    }


def _parts(text: str, data: Mapping[str, Any]) -> Iterator[Content]:
    buttons = data.get("quick_replies") or data.get("buttons")
    if buttons:
        yield Content(text=text, buttons=_buttons(buttons))
    else:
        yield from (Content(text=part) for part in text.strip().split("\n\n") if part.strip())
    if data.get("custom"):
        yield Content(custom=data["custom"])
    if data.get("image"):
        yield Content(image=str(data["image"]))
    if data.get("attachment"):
        yield Content(attachments=(_attachment(data["attachment"]),))
    for element in data.get("elements") or ():
        title = f"{element.get('title', '')} : {element.get('subtitle', '')}"
        yield Content(text=title, buttons=_buttons(element.get("buttons") or ()))


def _buttons(buttons: Iterable[Mapping[str, Any]]) -> tuple[Button, ...]:
    return tuple(
        Button(
            title=str(button.get("title", "")),
            payload=str(button.get("payload") or ""),
            url=str(button["url"]) if button.get("url") else None,
            written=dict(button) if button.keys() - _OF_BUTTONS else None,
        )
        for button in buttons
    )


def _attachment(attachment: object) -> Attachment:
    """Read an attachment: a URL, or the map `{type, payload: {src|url}}` of Rasa's examples."""
    if not isinstance(attachment, dict):
        return Attachment(kind="file", ref=str(attachment))
    payload = attachment.get("payload")
    place = payload if isinstance(payload, dict) else attachment
    ref = place.get("src") or place.get("url") or payload or ""
    kind = str(attachment.get("type") or "file")
    return Attachment(kind=kind, ref=str(ref), name=place.get("title"), written=attachment)


def _priority(word: object) -> Priority:
    return next((priority for priority in Priority if priority == word), Priority.NORMAL)
