"""Mails that S/MIME signed in one part: whoever cannot check the signature can read them none the less. Pure.

Structure: RFC 5652, 5.1 (signed data) in BER (X.690), of which the mail is a string, whole or in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
MAX_DEPTH = 20
STRING, PIECES, CONTENT, ENDLESS = 0x04, 0x24, 0xA0, 0x80
LONG_TAG = 0x1F  # of more than a byte: none is used here
EMPTY = b"\0\0"  # ends what has no length


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element: its tag, where its content lies, and where the next one begins.

    `inner` is what it holds where that was read already, to find its end.
    """

    tag: int
    begin: int
    end: int
    after: int
    inner: tuple[Node, ...] | None = None


def find_signed(data: bytes) -> bytes:
    """Return the mail in signed data; empty where there is none: encrypted, certificates alone, or broken."""
    try:
        return read_signed(data)
    except (IndexError, ValueError):
        return b""


def read_signed(data: bytes) -> bytes:
    """Return the mail in signed data. Raises IndexError or ValueError for anything else."""
    kind, content = list_inner(data, read_node(data, 0))[:2]
    if data[kind.begin : kind.end] != SIGNED_DATA or content.tag != CONTENT:
        raise ValueError("not signed data")
    (signed,) = list_inner(data, content)
    _, _, inside = list_inner(data, signed)[:3]
    wrapped = list_inner(data, inside)[1]
    return b"".join(join_pieces(data, node) for node in list_inner(data, wrapped)[:1])


def join_pieces(data: bytes, node: Node, depth: int = 0) -> bytes:
    """Return a string that may come in pieces."""
    if node.tag == STRING:
        return data[node.begin : node.end]
    if node.tag != PIECES or depth > MAX_DEPTH:
        raise ValueError("not a string")
    return b"".join(join_pieces(data, each, depth + 1) for each in list_inner(data, node))


def list_inner(data: bytes, node: Node) -> list[Node]:
    """Return what an element holds."""
    return list(iterate_nodes(data, node.begin, node.end) if node.inner is None else node.inner)


def iterate_nodes(data: bytes, at: int, end: int) -> Iterator[Node]:
    """Yield elements that follow each other."""
    while at < end:
        node = read_node(data, at)
        yield node
        at = node.after


def read_node(data: bytes, at: int, depth: int = 0) -> Node:
    """Read the element that begins somewhere."""
    tag, length, begin = data[at], data[at + 1], at + 2
    if depth > MAX_DEPTH or tag & LONG_TAG == LONG_TAG:
        raise ValueError("nested too deep, or unknown")
    if length == ENDLESS:
        inner: list[Node] = []
        end = begin
        while data[end : end + 2] != EMPTY:
            inner.append(read_node(data, end, depth + 1))
            end = inner[-1].after
        return Node(tag=tag, begin=begin, end=end, after=end + 2, inner=tuple(inner))
    if length > ENDLESS:
        size = length - ENDLESS
        length, begin = int.from_bytes(data[begin : begin + size]), begin + size
    if begin + length > len(data):
        raise ValueError("cut off")
    return Node(tag=tag, begin=begin, end=begin + length, after=begin + length)
