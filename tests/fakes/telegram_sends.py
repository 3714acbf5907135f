"""What a bot sends: messages, files and albums, checked as Telegram checks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_checks import Refusal, Update, check_keyboard, check_text

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram

ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "find_location", "record_voice"})
CAPTION_MAX = 1024  # UTF-16 units, as of texts
PHOTO_MAX, FILE_MAX = 10_000_000, 50_000_000  # bytes of an upload
ALBUMS = ({"photo", "video"}, {"document"}, {"audio"})
SHOWN = ("reply_markup", "message_thread_id", "business_connection_id")
BAD_PHOTO = b"a very long picture"  # the content of one that Telegram cannot show


def send_text(fake: FakeTelegram, fields: Update) -> Update:
    """Send a text."""
    text = check_text(fields)
    return deliver(fake, fields, {"text": text.strip()})


def send_file(kind: str, fake: FakeTelegram, fields: Update) -> Update:
    """Send a file that was uploaded, or that Telegram fetches."""
    body = make_file(kind, fields.get(kind), fields)
    return deliver(fake, fields, body | check_caption(fields))


def send_album(fake: FakeTelegram, fields: Update) -> list[Update]:
    """Send an album: all of it, or nothing."""
    media = fields.get("media") or []
    if not 2 <= len(media) <= 10:
        raise Refusal(400, "Bad Request: expected a non-empty array of 2 to 10 InputMedia")
    if not any({each["type"] for each in media} <= together for together in ALBUMS):
        raise Refusal(400, "Bad Request: can't use the media of the specified type in the album")
    if "reply_markup" in fields:
        raise Refusal(400, "Bad Request: reply markup can't be specified for an album")
    bodies = [make_file(each["type"], each["media"], fields) | check_caption(each) for each in media]
    group = {"media_group_id": f"album-{fake.last_message}"}
    return [deliver(fake, fields, body | group) for body in bodies]


def show_action(fake: FakeTelegram, fields: Update) -> bool:
    """Show what the bot is doing."""
    if fields.get("action") not in ACTIONS:
        raise Refusal(400, "Bad Request: wrong parameter action in request")
    check_chat(fake, fields)
    return True


def make_file(kind: str, given: Any, fields: Update) -> Update:
    """Return what a message with a file shows of it; `content` is ours, to be looked at by tests."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = fields.get(given.removeprefix("attach://"))
    if isinstance(given, str) and given.startswith(("http://", "https://")):
        given = b"fetched"
    if not isinstance(given, bytes):
        raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
    if not given:
        raise Refusal(400, "Bad Request: file must be non-empty")
    if len(given) > FILE_MAX or (kind == "photo" and len(given) > PHOTO_MAX):
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo" and given == BAD_PHOTO:
        raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    file = {"file_id": kind, "file_unique_id": kind, "width": 1, "height": 1}
    return {kind: [file] if kind == "photo" else file, "content": given}


def check_caption(fields: Mapping[str, Any]) -> Update:
    """Return the caption of a file."""
    caption = fields.get("caption", "")
    if len(caption.encode("utf-16-le")) // 2 > CAPTION_MAX:
        raise Refusal(400, "Bad Request: message caption is too long")
    return {"caption": caption} if caption else {}


def deliver(fake: FakeTelegram, fields: Update, body: Update) -> Update:
    """Let a message reach its chat."""
    check_keyboard(fields.get("reply_markup"))
    chat = check_chat(fake, fields)
    fake.last_message += 1
    bot = {"id": int(fake.token.partition(":")[0]), "is_bot": True, "first_name": "Bot"}
    shown = {name: fields[name] for name in SHOWN if fields.get(name)}
    message = {
        "message_id": fake.last_message,
        "date": 1_750_000_000,
        "chat": chat,
        "from": bot,
        **body,
        **shown,
    }
    fake.sent.append(message)
    return {name: value for name, value in message.items() if name != "content"}


def check_chat(fake: FakeTelegram, fields: Update) -> Update:
    """Return the chat that a call is for."""
    chat_id, connection = fields.get("chat_id"), fields.get("business_connection_id")
    if connection is not None:
        if connection not in fake.businesses:
            raise Refusal(400, "Bad Request: business connection not found")
        if chat_id not in fake.businesses[connection]:
            raise Refusal(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING")
        return {"id": chat_id, "type": "private"}
    if chat_id in fake.migrated:
        moved = {"migrate_to_chat_id": fake.migrated[chat_id]}
        raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
    if fields.get("direct_messages_topic_id") not in fake.inboxes.get(chat_id, (None,)):
        raise Refusal(400, "Bad Request: direct messages topic not found")
    if chat_id not in fake.chats:
        raise Refusal(400, "Bad Request: chat not found")
    if chat_id in fake.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    return {"id": chat_id, "type": fake.chats[chat_id]}


SENDS: Mapping[str, Callable[[FakeTelegram, Update], Any]] = {
    "sendMessage": send_text,
    "sendMediaGroup": send_album,
    "sendChatAction": show_action,
    **{
        f"send{kind.title()}": partial(send_file, kind)
        for kind in ("photo", "video", "animation", "audio", "voice", "document")
    },
}
