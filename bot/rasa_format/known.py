"""The names a project defines, and where: what the checks compare against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import DEFAULT_ACTIONS, TWO_STAGE_FALLBACK
from bot.domain.example import Source
from bot.rasa_format.domain_merge import name_of
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dialogue.spec import DomainSpec

DEFAULT_LOOPS = frozenset({TWO_STAGE_FALLBACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names by kind. `responses` includes `utter_faq` for the retrieval intent `faq`, one of `retrieval`.

    `unwritten` are responses that stand under `actions` alone: with nothing to say, as in Rasa.
    """

    intents: frozenset[str]
    entities: frozenset[str]
    slots: frozenset[str]
    forms: frozenset[str]
    responses: frozenset[str]
    actions: frozenset[str]
    loops: frozenset[str] = field(default_factory=frozenset)
    retrieval: frozenset[str] = field(default_factory=frozenset)
    unwritten: frozenset[str] = field(default_factory=frozenset)


def known_names(domain: DomainSpec) -> Known:
    """Collect what a domain defines; `actions` is everything an `action:` step may name.

    A name under `actions` that begins with `utter_` is a response, and must be written as one.
    """
    bases = {name.partition("/")[0] for name in domain.responses if "/" in name}
    bases.intersection_update(domain.actions)  # where no example has a key, nothing could choose among them
    responses = frozenset(domain.responses) | bases
    forms = frozenset(domain.forms)
    listed = {name for name in domain.actions if not name.startswith("utter_")}
    return Known(
        intents=frozenset(domain.intents),
        entities=frozenset(domain.entities),
        slots=frozenset(domain.slots),
        forms=forms,
        responses=responses,
        actions=frozenset((*DEFAULT_ACTIONS, *listed, *responses, *forms)),
        loops=DEFAULT_LOOPS | forms | listed,
        unwritten=frozenset(domain.actions) - listed - responses,
        retrieval=frozenset(base.removeprefix("utter_") for base in bases),
    )


def child(node: Node | None, key: str) -> Node | None:
    """Return what stands under a key; None for anything that is no map or lacks it."""
    return node.get(key) if isinstance(node, MapNode) else None


def items(node: Node | None) -> tuple[Node, ...]:
    """Return a list's items; nothing for anything else."""
    return node.items if isinstance(node, ListNode) else ()


def texts(node: Node | None) -> Iterator[tuple[Source, str]]:
    """Yield the texts of a list, or the one text, with their places."""
    for item in (node,) if isinstance(node, ScalarNode) else items(node):
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            yield item.source, item.value


def place(domain: MapNode, section: str, name: str) -> Source:
    """Return where a domain writes a name; the domain's beginning when it is implied."""
    node = domain.get(section)
    if isinstance(node, MapNode) and name in node.entries:
        return node.entries[name].source
    found = (item.source for item in items(node) if name_of(item) == name)
    return next(found, domain.source)
