"""Same person: what speaks for it that two contacts are one, and whether it is enough to ask staff. Pure.

Nothing here joins anybody: a person says so. What many contacts have says nothing about any of them: a
family's number, the brand's own address that everybody quotes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import TYPE_CHECKING

from bot.desk.contact_facts import SURE, FactKind, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.desk.contact_facts import Fact

MOST_SHARING = 3  # contacts with the same value

Pair = tuple[int, int]
"""Two contacts, the smaller number first."""


class Strength(IntEnum):
    """What a clue weighs. Only the name weighs less than half of what is enough."""

    FAINT = 1
    WEAK = 2
    GOOD = 3
    STRONG = 4


ENOUGH = 3  # one that is good by itself, two weak ones, or a weak one and the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A fact, and whose it is."""

    contact_id: int
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """What two contacts have in common. `sources` are in the order of the pair."""

    kind: FactKind
    shown: str
    sources: tuple[Source, Source]

    @property
    def strength(self) -> Strength:
        """Tell what it weighs."""
        if self.kind is FactKind.NAME:
            return Strength.FAINT
        if self.kind in (FactKind.NUMBER, FactKind.PROFILE):
            return Strength.WEAK
        sure = sum(source in SURE for source in self.sources)
        if self.kind is FactKind.PHONE_LOCAL:  # its country is a guess
            return Strength.WEAK if sure else Strength.FAINT
        return (Strength.WEAK, Strength.GOOD, Strength.STRONG)[sure]

    def in_words(self) -> str:
        """Say it to staff."""
        sure = sum(source in SURE for source in self.sources)
        words = _WORDS.get(self.kind)
        if words is not None:
            return words.format(shown=self.shown)
        what = {FactKind.EMAIL: "the address", FactKind.PHONE: "the number"}.get(
            self.kind, "a number that ends in"
        )
        said = ("both gave {what} {shown}", "one writes from {what} {shown}, the other gave it")
        return (*said, "both write from {what} {shown}")[sure].format(what=what, shown=self.shown.lstrip("…"))


_WORDS = {
    FactKind.CUSTOMER: "both logged in as customer {shown}",
    FactKind.NUMBER: "both gave the number {shown}",
    FactKind.PROFILE: "both are called {shown}",
    FactKind.NAME: "both are called {shown}",
}
# Of a family only the strongest counts: an address that was also written is no second clue.
_FAMILIES = {
    FactKind.PHONE_LOCAL: FactKind.PHONE,
    FactKind.PROFILE: FactKind.NAME,
}


def find_pairs(held: Iterable[Held]) -> dict[Pair, tuple[Clue, ...]]:
    """Return the pairs that staff should be asked about, each with what speaks for it, strongest first."""
    found: dict[Pair, list[Clue]] = defaultdict(list)
    for pair, clue in _find_clues(held):
        found[pair].append(clue)
    weighed = {pair: _keep_strongest(clues) for pair, clues in found.items()}
    return {pair: clues for pair, clues in sorted(weighed.items()) if weigh(clues) >= ENOUGH}


def weigh(clues: Iterable[Clue]) -> int:
    """Return what clues of different families weigh together."""
    return sum(clue.strength for clue in clues)


def _find_clues(held: Iterable[Held]) -> Iterable[tuple[Pair, Clue]]:
    sharing: dict[bytes, dict[int, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for each in held:
        sharing[each.fact.digest][each.contact_id].append(each.fact)
    for contacts in sharing.values():
        if len(contacts) > MOST_SHARING:
            continue
        for a, b in combinations(sorted(contacts), 2):
            for one in contacts[a]:
                for other in contacts[b]:
                    clue = _compare(one, other)
                    if clue is not None:
                        yield (a, b), clue


def _compare(one: Fact, other: Fact) -> Clue | None:
    """Return what two facts of the same digest have in common."""
    kinds = {one.kind, other.kind}
    if kinds == {FactKind.PHONE_END}:  # numbers of two countries may end alike: the whole ones are compared
        return None
    # The shorter way to show it gives away no more than the other one wrote.
    kind = FactKind.PHONE_LOCAL if FactKind.PHONE_LOCAL in kinds else one.kind
    shown = min(one.shown, other.shown, key=lambda shown: (len(shown), shown))
    return Clue(kind=kind, shown=shown, sources=(one.source, other.source))


def _keep_strongest(clues: Sequence[Clue]) -> tuple[Clue, ...]:
    best: dict[tuple[FactKind, str], Clue] = {}
    # In an order of their own, so that it does not matter which fact was read first.
    for clue in sorted(clues, key=lambda clue: (-clue.strength, clue.kind, clue.shown)):
        family = _FAMILIES.get(clue.kind, clue.kind)
        # Two orders in common are two clues.
        best.setdefault((family, clue.shown if family is FactKind.NUMBER else ""), clue)
    return tuple(best.values())
