"""Which intents are taken for which others, and in what order a picture shows them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from bot.nlu.trials import sort_by_confidence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.nlu.trials import Trial

    Pairs = Mapping[tuple[str, str], int]

LARGEST_CLUSTER = 8
"""Intents in one cluster at most: chains of single mistakes would otherwise tie all of them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """The texts that meant `expected` and were taken for `got`, the surest mistakes first; `of` meant it."""

    expected: str
    got: str
    of: int
    trials: tuple[Trial, ...]


def collect_confusions(trials: Sequence[Trial]) -> tuple[Confusion, ...]:
    """Return every confusion that happened, the most frequent first, then by name."""
    meant = Counter(trial.expected for trial in trials)
    found: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in sort_by_confidence(trials):
        if not trial.right:
            found[trial.expected, trial.got].append(trial)
    return tuple(
        Confusion(expected=pair[0], got=pair[1], of=meant[pair[0]], trials=tuple(found[pair]))
        for pair in sorted(found, key=lambda pair: (-len(found[pair]), pair))
    )


def count_pairs(trials: Iterable[Trial]) -> Counter[tuple[str, str]]:
    """Return how often each (expected, got) came up, right ones included."""
    return Counter((trial.expected, trial.got) for trial in trials)


def cluster_names(names: Collection[str], pairs: Pairs) -> tuple[tuple[str, ...], ...]:
    """Return the names as clusters that are confused among themselves, the most mistakes first.

    The pairs are joined from the most confused down, ends that were confused side by side, as long as a
    cluster stays small enough to look at. Names nobody confused come last, each alone, by name.
    """
    ties = _tie(names, pairs)
    clusters: dict[str, tuple[str, ...]] = {name: (name,) for name in names}
    for one, other in sorted(ties, key=lambda tie: (-ties[tie], tie)):
        left, right = clusters[one], clusters[other]
        if left is not right and len(left) + len(right) <= LARGEST_CLUSTER:
            joined = _join(left, right, one, other)
            clusters.update(dict.fromkeys(joined, joined))
    mistakes: Counter[tuple[str, ...]] = Counter()
    for (one, other), count in ties.items():
        if clusters[one] is clusters[other]:
            mistakes[clusters[one]] += count
    loose = {name: sum(ties[tie] for tie in ties if name in tie) for name in names}
    found = set(clusters.values())
    return tuple(sorted(found, key=lambda cluster: (-mistakes[cluster], -loose[cluster[0]], cluster)))


def take_clusters(clusters: Sequence[Sequence[str]], most: int) -> tuple[str, ...]:
    """Return the names of the first clusters that are `most` or fewer together; never none of them."""
    taken: list[str] = []
    for cluster in clusters:
        if taken and len(taken) + len(cluster) > most:
            break
        taken += cluster
    return tuple(taken[:most])


def flatten(clusters: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return all names in the order of the clusters."""
    return tuple(chain.from_iterable(clusters))


def _tie(names: Collection[str], pairs: Pairs) -> Counter[tuple[str, str]]:
    """Return how often two names were confused, either way round."""
    known = frozenset(names)
    ties: Counter[tuple[str, str]] = Counter()
    for (expected, got), count in pairs.items():
        if expected != got and expected in known and got in known:
            ties[min(expected, got), max(expected, got)] += count
    return ties


def _join(left: tuple[str, ...], right: tuple[str, ...], one: str, other: str) -> tuple[str, ...]:
    """Put two clusters end to end, turned so that `one` and `other` are as near as ends can be."""
    if left.index(one) < len(left) / 2:
        left = left[::-1]
    if right.index(other) >= len(right) / 2:
        right = right[::-1]
    return left + right
