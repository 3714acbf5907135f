"""A mail as its parts: headers, words and files, from the raw bytes. Pure.

The standard library's parser reads with its oldest policy: the newer ones raise on headers that spam and
old programs really write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

from bot.connector.text import clean_text

MAX_PARTS = 60  # leaves of one mail that are looked at
MAX_DEPTH = 20
MAX_HEADER = 10_000  # code points of one header's value
MAX_HEADERS = 65_536  # bytes of all
# What programs call charsets beside their names; Windows writes its own under the ISO's names.
CHARSETS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "cp-850": "cp850",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
    "x-gbk": "gb18030",
    "x-windows-949": "cp949",
    "big5": "cp950",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-mac-roman": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
}
# What Python decodes by and no mail is written in: some take long, some fail whatever they are told.
NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_BOUNDARY = re.compile(r"^--([^\s\"]{1,70})[ \t]*\r?\ncontent-", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(r"[\r\n\t ]+")
_TYPE = re.compile(r"[\"']?([\w.+-]{1,60}/[\w.+-]{1,60})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A part that holds no parts. `section` is IMAP's number for it, `size` in bytes as decoded, about."""

    section: str
    part: Message
    size: int

    @property
    def mime(self) -> str:
        """The type, in small letters, also where a program set it between quotation marks."""
        found = _TYPE.match(self.part.get_content_type())
        return found[1] if found else "application/octet-stream"

    @property
    def encoding(self) -> str:
        """How it is encoded for the way."""
        return read_raw(self.part, "content-transfer-encoding").strip().lower()

    @property
    def disposition(self) -> str:
        """`inline`, `attachment` or nothing."""
        return (self.part.get_content_disposition() or "").lower()

    @property
    def name(self) -> str | None:
        """The file's name, None where it has none."""
        places = (("content-disposition", "filename"), ("content-type", "name"), ("content-type", "filename"))
        return tidy_name(next(filter(None, (read_parameter(self.part, *each) for each in places)), ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail: its headers, and its leaves in order."""

    head: Message
    leaves: tuple[Leaf, ...]

    def get(self, name: str) -> str:
        """Return a header decoded and on one line, empty where it is absent."""
        return tidy(decode_words(read_raw(self.head, name)))

    def get_all(self, name: str) -> list[str]:
        """Return every header of a name as it stands, on one line each, from the top."""
        return [tidy(make_text(value)) for value in iterate_raw(self.head, name)]


def split_mail(raw: bytes) -> Mail:
    """Read a whole mail. What is no mail has no headers."""
    head = parse_bytes(raw)
    leaves = (leaf for leaf, _ in zip(walk(mend(head)), range(MAX_PARTS), strict=False))
    return Mail(head=head, leaves=tuple(leaves))


def parse_bytes(raw: bytes) -> Message:
    """Read headers and what is below them; of parts nested beyond all measure the headers alone."""
    try:
        return message_from_bytes(raw)
    except RecursionError:
        return BytesHeaderParser().parsebytes(raw[:MAX_HEADERS])


def walk(head: Message) -> Iterator[Leaf]:
    """Yield the leaves with IMAP's section numbers (RFC 3501, 6.4.5); a mail within a mail is a leaf."""
    if not has_parts(head):
        yield make_leaf("1", head)
        return
    stack = [number_parts("", head)]
    while stack:
        following = next(stack[-1], None)
        if following is None:
            stack.pop()
        elif not has_parts(following[1]) or len(stack) >= MAX_DEPTH:
            yield make_leaf(*following)
        else:
            stack.append(number_parts(f"{following[0]}.", following[1]))


def has_parts(part: Message) -> bool:
    """Tell whether it holds parts of its own."""
    return part.is_multipart() and part.get_content_maintype() == "multipart"


def number_parts(prefix: str, part: Message) -> Iterator[tuple[str, Message]]:
    """Yield the parts of a part with their section numbers."""
    inner = get_inner(part)
    for number, each in enumerate(inner if isinstance(inner, list) else [], start=1):
        if isinstance(each, Message) and not is_hollow(each):
            yield f"{prefix}{number}", mend(each)


def is_hollow(part: Message) -> bool:
    """Tell whether it says that it holds parts, and holds nothing at all."""
    content = get_inner(part)
    return part.get_content_maintype() == "multipart" and isinstance(content, str) and not content.strip()


def mend(part: Message) -> Message:
    """Return a part whose parts are not where its header says as one that has them, or else as text.

    They begin at the first line that looks like a boundary.
    """
    content = get_inner(part)
    if part.get_content_maintype() != "multipart" or not isinstance(content, str):
        return part
    line = _BOUNDARY.search(content)
    kind = f'multipart/mixed; boundary="{line[1]}"' if line else "text/plain"
    try:
        return message_from_string(f"Content-Type: {kind}\n\n{content}")
    except RecursionError:
        return part


def make_leaf(section: str, part: Message) -> Leaf:
    """Return a leaf; three bytes of four are left of base64."""
    content = get_inner(part)
    length = len(content) if isinstance(content, str) else 0
    encoded = read_raw(part, "content-transfer-encoding").strip().lower() == "base64"
    return Leaf(section=section, part=part, size=length * 3 // 4 if encoded else length)


def get_inner(part: Message) -> object:
    """Return what a part holds as it was parsed: its parts, or text whose bytes beyond ASCII are kept.

    `get_payload` would decode that by whatever the charset claims to be, also by codecs that raise.
    """
    return part._payload  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to it


def read_content(leaf: Leaf) -> bytes:
    """Return a leaf's content, decoded as far as it can be."""
    content = leaf.part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def read_words(leaf: Leaf) -> str:
    """Return the text of a leaf, whatever its charset claims to be."""
    content = read_content(leaf)
    return decode(content, read_parameter(leaf.part, "content-type", "charset"))


def read_parameter(part: Message, header: str, name: str) -> str:
    """Return a parameter of a header (RFC 2231, or encoded words in it), empty where there is none."""
    clean = Message()
    clean[header] = read_raw(part, header)
    given = clean.get_param(name, "", header)
    if isinstance(given, tuple):  # RFC 2231: charset, language, value
        return tidy(decode(given[2].encode("raw-unicode-escape"), given[0] or "utf-8"))
    return tidy(decode_words(given)) if given else ""


def decode(content: bytes, charset: str) -> str:
    """Decode bytes: as they claim to be, else as UTF-8, else as Windows does. Never fails."""
    name = charset.strip().strip("\"'").lower()
    for each in ("utf-8" if name in NO_CHARSETS else CHARSETS.get(name, name), "utf-8"):
        try:
            return clean_text(
                content.decode(each, "replace" if is_surely(each, content) else "strict")
            ).lstrip("\ufeff")
        except (LookupError, UnicodeError, ValueError):
            continue
    return clean_text(content.decode("cp1252", "replace"))


def is_surely(charset: str, content: bytes) -> bool:
    """Tell whether bytes are of a charset though some of them make no sense in it.

    Some signs of vendors' own stand in no table of ours, mails are cut off in the midst of a sign, and what
    programs add to words of UTF-7 is not of it: the others are none the less what they are.
    """
    if charset.startswith("utf-16"):
        return content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return charset.startswith(("iso-2022-", "iso2022", "utf-7")) and content.isascii()


def decode_words(value: str) -> str:
    """Decode a header's encoded words (RFC 2047); what cannot be decoded stays as it is."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        part if isinstance(part, str) else decode(part, charset or "utf-8") for part, charset in parts
    )


def read_raw(part: Message, name: str) -> str:
    """Return the first header of a name as it stands, empty where there is none."""
    return make_text(next(iterate_raw(part, name), ""))


def iterate_raw(part: Message, name: str) -> Iterator[object]:
    """Yield the headers of a name with their bytes as they came; `get` loses those beyond ASCII."""
    return (value for key, value in part.raw_items() if key.lower() == name)


def make_text(value: object) -> str:
    """Return a header's value as text: raw bytes beyond ASCII are taken for UTF-8, else Windows' letters."""
    text = str(value)[:MAX_HEADER]
    try:
        text.encode()
    except UnicodeEncodeError:  # the parser keeps such bytes as halves of surrogate pairs
        return (
            decode(text.encode("utf-8", "surrogateescape"), "utf-8") if is_escaped(text) else clean_text(text)
        )
    return clean_text(text)


def is_escaped(text: str) -> bool:
    """Tell whether every half of a pair in it stands for a byte."""
    return all("\udc80" <= each <= "\udcff" for each in text if "\ud800" <= each <= "\udfff")


def tidy_name(name: str) -> str | None:
    """Return a file's name without folders and signs that are not shown, such as those that turn it round."""
    last = re.split(r"[/\\]", name.strip())[-1]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()[-200:]
    return shown if shown.strip(".") else None


def tidy(text: str) -> str:
    """Return text on one line."""
    return _FOLD.sub(" ", clean_text(text)).strip()
