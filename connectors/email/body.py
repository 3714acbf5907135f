"""The words and the files of a mail. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.connector.fields import MAX_TEXT
from bot.domain.message import Attachment
from connectors.email.armour import is_armoured, take_off
from connectors.email.mail import Leaf, Mail, read_content, read_parameter, read_words, split_mail
from connectors.email.parts import make_reference
from connectors.email.quotes import is_forwarded, take_marked_words, take_words, unflow
from connectors.email.sealed import find_signed
from connectors.email.uuencoded import name_files

MAX_FILES = 20
SIGNATURES = {
    "application/pgp-signature": "pgp",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
}
SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
PGP_BEGINS = "-----BEGIN PGP MESSAGE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a mail says. `quoted`: something it quotes was left out; `left_out`: so many files were.

    `encrypted` and `signed` say with what (`pgp`, `smime`); what is encrypted is a file, and no text.
    """

    text: str
    files: tuple[Attachment, ...] = ()
    quoted: bool = False
    encrypted: str = ""
    signed: str = ""
    left_out: int = 0


def read_body(mail: Mail, uidvalidity: int, uid: int, message_id: str) -> Body:
    """Read the words, plain ones first, without quotes and signatures; everything else is a file."""
    opened = open_signed(mail)
    shown = opened or mail
    texts = [leaf for leaf in shown.leaves if is_text(leaf)] or find_named_text(shown)
    encrypted = find_encryption(shown, texts)
    readable = [] if encrypted else texts
    text, quoted = choose_words(readable, mail.get("subject"))
    files = [leaf for leaf in mail.leaves if leaf not in readable and leaf.mime not in SIGNATURES]
    signed = next((SIGNATURES[leaf.mime] for leaf in mail.leaves if leaf.mime in SIGNATURES), "")
    signed = signed or ("smime" if opened else "")
    return Body(
        text=text[:MAX_TEXT].strip(),
        files=tuple(make_file(leaf, uidvalidity, uid, message_id) for leaf in files[:MAX_FILES]),
        quoted=quoted,
        encrypted=encrypted,
        signed=signed or ("pgp" if any(is_armoured(read_words(leaf)) for leaf in readable) else ""),
        left_out=max(len(files) - MAX_FILES, 0),
    )


def is_text(leaf: Leaf) -> bool:
    """Tell whether a leaf is part of what the mail says, and no file."""
    return leaf.mime in {"text/plain", "text/html"} and leaf.disposition != "attachment" and not leaf.name


def find_named_text(mail: Mail) -> list[Leaf]:
    """Return the first text that has a file's name, where a mail has no other: telephones send words so."""
    shown = [leaf for leaf in mail.leaves if leaf.disposition != "attachment"]
    plain = [leaf for leaf in shown if leaf.mime == "text/plain"]
    return (plain or [leaf for leaf in shown if leaf.mime == "text/html" and leaf.disposition == "inline"])[
        :1
    ]


def open_signed(mail: Mail) -> Mail | None:
    """Return the mail that S/MIME signed in one part, None where there is none. The part stays a file."""
    inside = (find_signed(read_content(leaf)) for leaf in mail.leaves if is_sealed(leaf))
    found = next(filter(None, inside), b"")
    return split_mail(found) if found else None


def is_sealed(leaf: Leaf) -> bool:
    """Tell whether S/MIME encrypted a part, or signed it in one with its signature."""
    return leaf.mime in SEALED or (leaf.name or "").lower() == "smime.p7m"


def find_encryption(mail: Mail, texts: list[Leaf]) -> str:
    """Return what a mail is encrypted with, empty where it can be read."""
    if mail.head.get_content_type() == "multipart/encrypted":
        return "pgp"
    # Servers on the way make such a mail one of mixed parts, below an empty text. Words beside it are words.
    if not any(read_words(leaf).strip() for leaf in texts):
        if any(is_sealed(leaf) for leaf in mail.leaves):
            return "smime"
        if any(leaf.mime == "application/pgp-encrypted" for leaf in mail.leaves):
            return "pgp"
    return "pgp" if any(read_words(leaf).lstrip().startswith(PGP_BEGINS) for leaf in texts) else ""


def choose_words(texts: list[Leaf], subject: str) -> tuple[str, bool]:
    """Return the new words and whether something was quoted: of the plain parts, else of the HTML."""
    plain = "\n\n".join(filter(None, (read_plain(leaf) for leaf in texts if leaf.mime == "text/plain")))
    if plain.strip():
        return take_words(plain, forwarded=is_forwarded(subject, plain))
    marked = "\n".join(read_words(leaf) for leaf in texts if leaf.mime == "text/html")
    return take_marked_words(marked, subject) if marked.strip() else ("", False)


def read_plain(leaf: Leaf) -> str:
    """Return a plain part's text, its lines joined again, without a signature's armour and files in it."""
    text = read_words(leaf)
    if read_parameter(leaf.part, "content-type", "format").lower() == "flowed":
        text = unflow(text, drop_blank=read_parameter(leaf.part, "content-type", "delsp").lower() == "yes")
    return name_files(take_off(text)).strip()


def make_file(leaf: Leaf, uidvalidity: int, uid: int, message_id: str) -> Attachment:
    """Return a file of the mail; it stays in the mailbox until it is asked for."""
    main = leaf.mime.partition("/")[0]
    name = leaf.name or ("message.eml" if leaf.mime == "message/rfc822" else None)
    return Attachment(
        kind=main if main in {"image", "audio", "video"} else "file",
        ref=make_reference(leaf, uidvalidity, uid, message_id),
        mime=leaf.mime[:100],
        name=name,
        size=leaf.size,
    )
