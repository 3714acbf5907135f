"""How well entities were found: exact span and exact name, else it is both missed and invented. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.domain.understanding import Entity

    Key = tuple[int, int | None, int | None, str]
    """Number of the text, start, end, name of the entity."""

    Index = Mapping[Key, list[Entity]]

UNNAMED = "unnamed"
"""Stands for the extractor of entities that do not say who found them."""


def score_entities(
    expected: Sequence[Collection[Entity]],
    found: Sequence[Collection[Entity]],
) -> dict[str, Any]:
    """Compare the annotated entities of each text with those found in it; the n-th of both are one text's.

    Keys: `texts`; `expected`, `found`, `hits` (counts); `precision`, `recall`, `f1` (0..1); `per_entity` and
    `per_extractor`: name → these six; `roles`: `expected`, the hits that are annotated with a role or a
    group, and `hits`, those of them found with the same. What several extractors found alike counts once,
    and once for each of them; an extractor's recall is its share of all that was expected. Precision is 1
    where nothing was found, and recall is 1 where nothing was expected.

    Raises `ValueError` when the two are not equally long.
    """
    if len(expected) != len(found):
        raise ValueError(f"{len(expected)} texts were annotated, but {len(found)} were read")
    meant, got = _index(expected), _index(found)
    extractors = {_name_extractor(entity) for entities in got.values() for entity in entities}
    return {
        "texts": len(expected),
        **_compare(set(meant), set(got)),
        "per_entity": {
            name: _compare(_pick_name(meant, name), _pick_name(got, name))
            for name in sorted({key[-1] for key in (*meant, *got)})
        },
        "per_extractor": {
            name: _compare(set(meant), _pick_extractor(got, name)) for name in sorted(extractors)
        },
        "roles": _compare_roles(meant, got),
    }


def _index(texts: Sequence[Collection[Entity]]) -> Index:
    index: dict[Key, list[Entity]] = defaultdict(list)
    for number, entities in enumerate(texts):
        for entity in entities:
            index[number, entity.start, entity.end, entity.entity].append(entity)
    return index


def _pick_name(index: Index, name: str) -> set[Key]:
    return {key for key in index if key[-1] == name}


def _pick_extractor(index: Index, name: str) -> set[Key]:
    return {key for key, entities in index.items() if name in map(_name_extractor, entities)}


def _name_extractor(entity: Entity) -> str:
    return entity.extractor or UNNAMED


def _compare(meant: set[Key], got: set[Key]) -> dict[str, float]:
    hits = len(meant & got)
    wrong = len(meant ^ got)
    return {
        "expected": len(meant),
        "found": len(got),
        "hits": hits,
        "precision": hits / len(got) if got else 1.0,
        "recall": hits / len(meant) if meant else 1.0,
        "f1": 2 * hits / (2 * hits + wrong) if meant or got else 1.0,
    }


def _compare_roles(meant: Index, got: Index) -> dict[str, float]:
    both = [(_get_roles(meant[key]), _get_roles(got[key])) for key in meant if key in got]
    labelled = [(wanted, given) for wanted, given in both if wanted != {(None, None)}]
    return {
        "expected": len(labelled),
        "hits": sum(not wanted.isdisjoint(given) for wanted, given in labelled),
    }


def _get_roles(entities: Collection[Entity]) -> set[tuple[str | None, str | None]]:
    return {(entity.role, entity.group) for entity in entities}
