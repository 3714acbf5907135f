"""What an IMAP server answers to FETCH (RFC 3501, 7.4.2), as Python's library hands it over. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from connectors.email.mail import MAX_DEPTH, MAX_PARTS

Item: TypeAlias = "bytes | list[Item] | None"
_LITERAL = re.compile(rb"\{(\d{1,12})\}\r\n")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ATOM = re.compile(rb"[^\s()\[\"{]+(?:\[[^\]]*\](?:<\d+>)?)?")
MAX_NESTING = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A leaf of a mail's structure: IMAP's number of it, its type, its size in bytes as encoded."""

    number: str
    mime: str
    size: int
    encoding: str


def read_fetched(data: Iterable[object]) -> list[dict[str, Item]]:
    """Return the items of each FETCH answer by their names, in capitals.

    Raises ValueError for what is no FETCH answer.
    """
    return [read_answer(raw) for raw in join_answers(data) if b"(" in raw]


def join_answers(data: Iterable[object]) -> Iterator[bytes]:
    """Put answers together again: a tuple is what stands before a literal, and the literal."""
    open_answer = b""
    for chunk in data:
        if isinstance(chunk, tuple):
            open_answer += chunk[0] + b"\r\n" + chunk[1]
        elif isinstance(chunk, bytes):
            yield open_answer + chunk
            open_answer = b""


def read_answer(raw: bytes) -> dict[str, Item]:
    """Read one answer: `12 (UID 5 RFC822.SIZE 300 …)`."""
    first = read_items(raw[raw.index(b"(") :])[0]
    items = first if isinstance(first, list) else []
    names, values = items[::2], items[1::2]
    return {
        name.decode("ascii", "replace").upper(): value
        for name, value in zip(names, values, strict=False)
        if isinstance(name, bytes)
    }


def read_items(raw: bytes) -> list[Item]:
    """Read atoms, strings, literals and lists in parentheses. Raises ValueError."""
    stack: list[list[Item]] = [[]]
    at = 0
    while at < len(raw):
        sign = raw[at : at + 1]
        if sign == b"(":
            stack.append([])
            at += 1
        elif sign == b")":
            closed = stack.pop()
            if not stack:
                raise ValueError("a parenthesis too many")
            stack[-1].append(closed)
            at += 1
        elif sign.isspace():
            at += 1
        else:
            item, at = read_item(raw, at)
            stack[-1].append(item)
        if len(stack) > MAX_NESTING:
            raise ValueError("nested too deep")
    if len(stack) != 1:
        raise ValueError("a parenthesis is missing")
    return stack[0]


def read_item(raw: bytes, at: int) -> tuple[Item, int]:
    """Read a string, a literal or an atom, and tell where it ends. Raises ValueError."""
    literal = _LITERAL.match(raw, at)
    if literal:
        end = literal.end() + int(literal[1])
        return raw[literal.end() : end], end
    quoted = _QUOTED.match(raw, at)
    if quoted:
        return re.sub(rb"\\(.)", rb"\1", quoted[1], flags=re.DOTALL), quoted.end()
    atom = _ATOM.match(raw, at)
    if atom is None:
        raise ValueError("neither atom nor string")
    return None if atom[0].upper() == b"NIL" else atom[0], atom.end()


def list_sections(structure: Item) -> list[Section]:
    """Return the leaves of a BODYSTRUCTURE in order, with their numbers."""
    if not isinstance(structure, list):
        return []
    if not structure or not isinstance(structure[0], list):
        return [make_section("1", structure)]
    found: list[Section] = []
    stack = [number_children("", structure)]
    while stack and len(found) < MAX_PARTS:
        following = next(stack[-1], None)
        if following is None:
            stack.pop()
            continue
        number, child = following
        if child and isinstance(child[0], list) and len(stack) < MAX_DEPTH:
            stack.append(number_children(f"{number}.", child))
        else:
            found.append(make_section(number, child))
    return found


def number_children(prefix: str, structure: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield the parts of a multipart: they stand before its subtype."""
    for number, child in enumerate(structure, start=1):
        if not isinstance(child, list):
            return
        yield f"{prefix}{number}", child


def make_section(number: str, leaf: list[Item]) -> Section:
    """Return a leaf: type, subtype, parameters, id, description, encoding, size."""
    texts = [item.decode("ascii", "replace") if isinstance(item, bytes) else "" for item in leaf]
    texts += [""] * 7
    size = int(texts[6]) if texts[6].isascii() and texts[6].isdigit() else 0
    return Section(number=number, mime=f"{texts[0]}/{texts[1]}".lower(), size=size, encoding=texts[5].lower())


def read_integer(answer: Mapping[str, Item], name: str) -> int:
    """Return a number of an answer, 0 where there is none."""
    value = answer.get(name)
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def read_bytes(answer: Mapping[str, Item], name: str) -> bytes:
    """Return a text of an answer, also one that was asked for in part; empty where there is none."""
    value = answer.get(name, answer.get(f"{name}<0>"))
    return value if isinstance(value, bytes) else b""


def read_time(answer: Mapping[str, Item]) -> datetime | None:
    """Return when the server got the mail, None where it does not say."""
    text = read_bytes(answer, "INTERNALDATE").decode("ascii", "replace").strip()
    try:
        return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
