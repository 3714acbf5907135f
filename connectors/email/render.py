"""Replies out, as mails. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from bot.connector import OutboundReply
from bot.connector.egress import check_image, find_url_problem
from bot.connector.text import clean_text, split_text
from bot.domain.json import Json, JsonObject
from bot.domain.message import Author, Button
from connectors.email.mail import tidy
from connectors.email.threads import (
    ADDRESS,
    MESSAGE_ID,
    extend_references,
    make_message_id,
    split_key,
    strip_prefixes,
)

TEXT_MAX = 50_000  # characters of one mail: programs show longer ones badly
OWN_HEADER = "X-Visavis-Id"  # some servers give mails another Message-ID: this one stays
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to attach, read."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to send: to whom, under which Message-ID."""

    to: str
    message_id: str
    message: EmailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes: the account's address and name."""

    address: str
    name: str
    domain: str


def render_reply(
    reply: OutboundReply, writer: Writer, files: Sequence[File], *, named: Sequence[str] = (), at: datetime
) -> tuple[Letter, ...]:
    """Return the mails that say a reply, in order; the files hang on the last, `named` are others.

    None where nothing in it can be shown. Raises ValueError in words for a key or an image that is not one.
    """
    to = read_target(reply)
    said = clean_text(reply.content.text).strip()
    lines = [line for line in (said, *render_image(reply), *named) if line]
    texts = list(split_text("\n\n".join(lines), limit=TEXT_MAX))
    buttons = reply.content.buttons
    if not texts and (buttons or files):
        texts = [""]
    letters = []
    for number, text in enumerate(texts):
        last = number == len(texts) - 1
        key = reply.idempotency_key if number == 0 else f"{reply.idempotency_key}-{number + 1}"
        message_id = make_message_id(key, reply.conversation_key, writer.domain)
        message = make_message(reply, writer, to=to, message_id=message_id, at=at)
        fill(message, text, buttons if last else (), writer.address)
        for file in files if last else ():
            attach(message, file)
        letters.append(Letter(to=to, message_id=message_id, message=message))
    return tuple(letters)


def read_target(reply: OutboundReply) -> str:
    """Return whom to write to. Raises ValueError for a key that is not ours."""
    asked = reply.reply_context.get("to")
    address = asked if isinstance(asked, str) and asked else split_key(reply.conversation_key)[1]
    if not ADDRESS.fullmatch(address):
        raise ValueError("this conversation's key has no mail address")
    return address


def make_message(
    reply: OutboundReply, writer: Writer, *, to: str, message_id: str, at: datetime
) -> EmailMessage:
    """Return a mail with its headers."""
    context = reply.reply_context
    answered = read_string(context, "message_id")
    message = EmailMessage(policy=SMTP)
    message["From"] = make_address(make_shown_name(reply, writer), writer.address)
    message["To"] = make_address("", to)
    opens = context.get("opens") is True
    message["Subject"] = make_subject(read_string(context, "subject"), writer, opens=opens)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message[OWN_HEADER] = message_id
    if MESSAGE_ID.fullmatch(answered):
        message["In-Reply-To"] = answered
        message["References"] = " ".join(extend_references(read_chain(context.get("references")), answered))
    if reply.author is not Author.STAFF:  # RFC 3834, 5; the second keeps Exchange's autoresponders quiet
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
    return message


def fill(message: EmailMessage, text: str, buttons: tuple[Button, ...], our_address: str) -> None:
    """Say a text and its buttons, plain and in simple HTML."""
    lines = [f"• {tidy(button.title)}{f': {button.url}' if button.url else ''}" for button in buttons]
    message.set_content("\n\n".join(part for part in (text, "\n".join(lines)) if part) + "\n")
    subject = str(message["Subject"])
    links = "".join(f"<li>{render_button(button, our_address, subject)}</li>" for button in buttons)
    paragraphs = "".join(f"<p>{render_paragraph(part)}</p>" for part in text.split("\n\n") if part.strip())
    listed = f"<ul>{links}</ul>" if links else ""
    message.add_alternative(f"<html><body>{paragraphs}{listed}</body></html>\n", subtype="html")


def render_paragraph(text: str) -> str:
    """Return text as HTML, its lines kept and its addresses as links."""
    shown, at = [], 0
    for match in LINK.finditer(text):
        address = html.escape(match[0])
        shown.append(f'{html.escape(text[at : match.start()])}<a href="{address}">{address}</a>')
        at = match.end()
    return "".join((*shown, html.escape(text[at:]))).strip().replace("\n", "<br>\n")


def render_button(button: Button, our_address: str, subject: str) -> str:
    """Return a button as a link: to its page, or to a new mail that says its label."""
    title = html.escape(tidy(button.title))
    if button.url:
        return f'<a href="{html.escape(button.url)}">{title}</a>' if is_web(button.url) else title
    address = f"mailto:{quote(our_address)}?subject={quote(subject)}&body={quote(tidy(button.title))}"
    return f'<a href="{html.escape(address)}">{title}</a>'


def is_web(url: str) -> bool:
    """Tell whether a button leads to a page."""
    return find_url_problem(url, allow_internal=True) is None


def render_image(reply: OutboundReply) -> tuple[str, ...]:
    """Return an image's address as a line: it lies on the web. Raises ValueError in words."""
    url = reply.content.image
    return (check_image(url),) if url else ()


def attach(message: EmailMessage, file: File) -> None:
    """Attach a file."""
    main, _, sub = file.mime.partition("/")
    known = bool(re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", file.mime)) and main not in {
        "multipart",
        "message",
    }
    message.add_attachment(
        file.content,
        maintype=main if known else "application",
        subtype=sub if known else "octet-stream",
        filename=tidy(file.name) or "file",
    )


def make_subject(subject: str, writer: Writer, *, opens: bool = False) -> str:
    """Return the subject of an answer: `Re:` once, whatever stood before it; of a first mail as it is."""
    base = strip_prefixes(tidy(subject))
    if base and opens:
        return base
    return f"Re: {base}" if base else tidy(f"Your message to {writer.name or writer.address}")


def make_shown_name(reply: OutboundReply, writer: Writer) -> str:
    """Return the name in From: the brand's, with the person's before it where a person writes."""
    if reply.author is Author.STAFF and reply.author_name:
        return f"{reply.author_name} ({writer.name})" if writer.name else reply.author_name
    return writer.name


def make_address(name: str, address: str) -> Address:
    """Return an address for a header. Raises ValueError in words where a header cannot hold it."""
    local, _, domain = address.rpartition("@")
    try:
        return Address(display_name=tidy(name), username=local, domain=domain)
    except Exception as error:  # the library's parser raises of many kinds
        raise ValueError("the mail address cannot be written in a header") from error


def read_string(context: JsonObject, name: str) -> str:
    """Return a string of the context, empty where there is none."""
    value = context.get(name)
    return value if isinstance(value, str) else ""


def read_chain(value: Json) -> tuple[str, ...]:
    """Return the references of the context."""
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str) and MESSAGE_ID.fullmatch(item))
