"""Joining stories at their checkpoints, in rounds, as Rasa's generator of training data does.

What goes in a circle is cut open there: each turn of the circle takes a round, and rounds end when one
reaches no checkpoint that the round before did not reach. Which edge of a circle Rasa cuts is arbitrary
(it goes by random numbers) unless the circle is one story that leads back to its own beginning; here
it is the one that leads back in the order of the files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.events import ActionExecuted
from bot.dialogue.states import State, state_of
from bot.dialogue.tracker import Tracker, new_tracker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.events import Event
    from bot.domain.json import Json

START = "STORY_START"  # Rasa's name of the checkpoint at which everything without a checkpoint starts
Conditions: TypeAlias = "tuple[tuple[str, Json], ...]"
_Active: TypeAlias = "defaultdict[str, list[Path]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Steps between checkpoints, without `or`. `starts` holds checkpoints and the slots each wants.

    `ends` empty: the story ends here.
    """

    name: str
    starts: tuple[tuple[str, Conditions], ...]
    events: tuple[Event, ...]
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A conversation on its way through blocks. `told` holds the state before each of its actions."""

    names: tuple[str, ...]
    tracker: Tracker
    told: tuple[State, ...] = ()

    @property
    def looks(self) -> tuple[State, ...]:
        """All that policies could tell it from another by."""
        return (*self.told, state_of(self.tracker.live, self.tracker.catalogue))


def connect(blocks: Iterable[Block], catalogue: Catalogue) -> list[Path]:
    """Return all ways through the blocks, those that nobody continues included."""
    acyclic, returns = _cut_open(list(blocks))
    rounds = _Rounds(list(_in_order(acyclic)), returns)
    rounds.active[START].append(Path((), new_tracker(catalogue)))
    return rounds.run()


class _Rounds:
    """The rounds through all blocks. `active` holds the paths that wait at a checkpoint."""

    def __init__(self, blocks: Sequence[Block], returns: Mapping[str, str]) -> None:
        self._blocks = blocks
        self._returns = returns
        self._used: set[str] = set()
        self._ended: list[Path] = []
        self.active: _Active = defaultdict(list)

    def run(self) -> list[Path]:
        """Go round until nothing new is reached."""
        reached: set[str] = set()
        while any(self.active.values()):
            waiting = self._go_round()
            waiting |= self.active.keys() - self._used
            self.active = defaultdict(
                list, {start: self.active[start] for start in waiting if start != START}
            )
            if waiting == reached:
                break
            reached = waiting
        return [
            *(path for start in sorted(self.active.keys() - self._used) for path in self.active[start]),
            *self._ended,
        ]

    def _go_round(self) -> set[str]:
        """Send waiting paths through each block once; return the checkpoints to go on from."""
        waiting: set[str] = set()
        for block in self._blocks:
            arrived = []
            for start, wanted in block.starts:
                if self.active[start]:
                    arrived += [path for path in self.active[start] if _admits(wanted, path.tracker)]
                    self._used.add(start)
                elif start not in self._used:
                    waiting.add(start)
            walked = [_walk(path, block) for path in _unlike(arrived)]
            if not block.ends:
                self._ended += walked
            for end in block.ends if walked else ():
                start = self._returns.get(end, end)
                self.active[start] += walked
                if start in self._used:
                    waiting.add(start)
        return waiting


def _admits(wanted: Conditions, tracker: Tracker) -> bool:
    """Tell whether the slots are as a start checkpoint wants them."""
    return all(tracker.live.slots.get(name) == value for name, value in wanted)


def _unlike(paths: Sequence[Path]) -> Iterable[Path]:
    """Leave out paths that look like an earlier one: what follows is the same for both."""
    return {path.looks: path for path in reversed(paths)}.values() if paths[1:] else paths


def _walk(path: Path, block: Block) -> Path:
    tracker, told = path.tracker, list(path.told)
    for event in block.events:
        if isinstance(event, ActionExecuted):
            told.append(state_of(tracker.live, tracker.catalogue))
        tracker = tracker.apply(event)
    names = path.names if block.name in path.names else (*path.names, block.name)
    return Path(names, tracker, tuple(told))


def _in_order(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks, none of which leads in a circle, each after those that lead to it; else as they stand."""
    sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(len(blocks)), ()))
    for number, others in enumerate(_following(blocks)):
        for other in others:
            sorter.add(other, number)
    return (blocks[number] for number in sorter.static_order())


def _back_edges(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the edges that lead back to a block on the way to themselves."""
    following = _following(blocks)
    done: set[int] = set()
    back: set[tuple[int, int]] = set()
    for first in range(len(blocks)):
        way = [(first, iter(following[first]))]
        while way and first not in done:
            number, others = way[-1]
            other = next(others, None)
            if other is None:
                way.pop()
                done.add(number)
            elif any(other == passed for passed, _ in way):
                back.add((number, other))
            elif other not in done:
                way.append((other, iter(following[other])))
    return sorted(back)


def _following(blocks: Sequence[Block]) -> list[list[int]]:
    """Return, for each block, the positions of those that start where it ends."""
    at: defaultdict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        for start, _ in block.starts:
            at[start].append(number)
    return [sorted({number for end in block.ends for number in at.get(end, ())}) for block in blocks]


def _cut_open(blocks: list[Block]) -> tuple[list[Block], Mapping[str, str]]:
    """Return the blocks without circles, and where a path goes on that ended at a cut."""
    returns: dict[str, str] = {}
    shared: set[str] = set()
    for number, (last, first) in enumerate(_back_edges(blocks)):
        sink, link, source = f"sink {number}", f"link {number}", f"source {number}"
        returns[sink] = source
        common = set(blocks[last].ends) & {start for start, _ in blocks[first].starts}
        shared |= common
        linked = False
        for position, block in enumerate(blocks):
            name = source if position == first else link
            added = tuple((name, wanted) for start, wanted in block.starts if start in common)
            linked |= bool(added) and position != first
            blocks[position] = replace(block, starts=(*block.starts, *added))
        kept = tuple(end for end in blocks[last].ends if end not in common)
        blocks[last] = replace(blocks[last], ends=(*kept, sink, *((link,) if linked else ())))
    return list(_without_idle(blocks, shared, returns)), returns


def _without_idle(
    blocks: Iterable[Block], shared: Collection[str], returns: Mapping[str, str]
) -> Iterator[Block]:
    """Leave out starts that the cuts made unreachable, and blocks with no other."""
    known = tuple(blocks)
    ended = {returns.get(end, end) for block in known for end in block.ends} | {START}
    for block in known:
        starts = tuple(each for each in block.starts if each[0] in ended or each[0] not in shared)
        if starts:
            yield replace(block, starts=starts)
