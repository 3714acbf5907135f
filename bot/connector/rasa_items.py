"""What is said as items of Rasa's answers: `{recipient_id, text|buttons|custom|image|attachment}`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector.rasa_files import with_addresses
from bot.domain.message import Author, Kind

if TYPE_CHECKING:
    from bot.connector.replies import OutboundReply
    from bot.domain.json import Json, JsonObject
    from bot.domain.message import Attachment, Button, Content, Message


def render_stored(message: Message, recipient_id: str) -> tuple[JsonObject, ...]:
    """Return a stored message as items: nothing for notes and for what the contact said."""
    if message.author is Author.CONTACT or message.kind is Kind.NOTE:
        return ()
    return render_items(message.content, recipient_id)


def render_items(content: Content, recipient_id: str) -> tuple[JsonObject, ...]:
    """Return the items Rasa's collecting channel makes: `{recipient_id, text|buttons|custom|…}`.

    Text with buttons is one item; text alone is cut at blank lines; the rest is an item each.
    """
    items: list[JsonObject] = []
    if content.buttons:
        text = {"text": content.text} if content.text else {}
        items.append({**text, "buttons": [render_button(button) for button in content.buttons]})
    elif content.text:
        # The bot's texts are cut already, and may begin with a line break then.
        parts = content.text.strip().split("\n\n") if "\n\n" in content.text else [content.text]
        items.extend({"text": part} for part in parts)
    if content.custom:
        items.append({"custom": content.custom})
    if content.image:
        items.append({"image": content.image})
    items.extend({"attachment": render_attachment(attachment)} for attachment in content.attachments)
    return tuple({"recipient_id": recipient_id, **item} for item in items)


def render_reply(reply: OutboundReply) -> tuple[JsonObject, ...]:
    """Return the items of a reply that leaves; files of ours by the addresses where they can be fetched."""
    urls = [file.url for file in reply.files if file.url is not None]
    return render_items(with_addresses(reply.content, urls), reply.conversation_key)


def render_button(button: Button) -> JsonObject:
    """Return one of Rasa's buttons: all that was written of it."""
    if button.written is not None:
        return button.written
    payload = {"payload": button.payload} if button.payload else {}
    url = {"url": button.url} if button.url else {}
    return {"title": button.title, **payload, **url}


def render_attachment(attachment: Attachment) -> Json:
    """Return one of Rasa's attachments: the map that was written, or an address."""
    return attachment.ref if attachment.written is None else attachment.written
