"""Rules that leave out what an action does in other rules, which Rasa refuses as incomplete.

A form that starts in one rule with `active_loop: x` and in another without would match, in the
second, a conversation that never comes about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import RULE_SNIPPET
from bot.dialogue.events import LISTEN, ActionExecuted, LoopSet, SlotSet, UserUttered
from bot.dialogue.features import SHOULD_NOT_BE_SET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.moment import Moment
    from bot.dialogue.training import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """In `rule`, `action` does not set `slots`, or is not followed by one of `loops` (`null` for none)."""

    rule: str
    action: str
    slots: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Doings:
    """Which slots and loops rules set after an action, taken together."""

    slots: set[str] = field(default_factory=set)
    loops: set[str] = field(default_factory=set)


def find_gaps(rules: list[Training], catalogue: Catalogue) -> tuple[Gap, ...]:
    """Compare each rule with what its actions do in all of them."""
    doings = _collect(rules, catalogue)
    gaps = (gap for rule in rules for gap in _gaps_of(rule, doings))
    return tuple(dict.fromkeys(gaps))


def _collect(rules: Iterable[Training], catalogue: Catalogue) -> Mapping[str, _Doings]:
    found: defaultdict[str, _Doings] = defaultdict(_Doings)
    for rule in rules:
        action: str | None = None
        for event in rule.tracker.log:
            if isinstance(event, ActionExecuted):
                action = event.name or event.text
            elif isinstance(event, UserUttered):
                action = None  # slots that follow are those of its entities
            elif action is None:
                continue
            elif isinstance(event, SlotSet) and _shows(event.name, catalogue):
                found[action].slots.add(event.name)
            elif isinstance(event, LoopSet) and event.name:
                found[action].loops.add(event.name)
    return found


def _shows(slot: str, catalogue: Catalogue) -> bool:
    """Tell whether rules can tell a slot's values apart at all."""
    spec = catalogue.slots.get(slot)
    return spec is not None and spec.influence_conversation


def _gaps_of(rule: Training, doings: Mapping[str, _Doings]) -> Iterator[Gap]:
    for after, moment, following in _stretches(rule):
        wanted = doings.get(after)
        if wanted is None or RULE_SNIPPET in (after, following):
            continue
        loop = moment.loop.name if moment.loop else None
        slots = wanted.slots - moment.features.keys()
        loops = set() if loop in wanted.loops else wanted.loops
        if slots or loops:
            yield Gap(
                rule=rule.names[0],
                action=after,
                slots=tuple(sorted(slots)),
                loops=tuple(sorted("null" if each == SHOULD_NOT_BE_SET else each for each in loops)),
            )


def _stretches(rule: Training) -> Iterator[tuple[str, Moment, str]]:
    """Yield each action, the moment before the next one, and that next one; at the end it listens."""
    after: str | None = None
    for event, before in rule.tracker.tail:
        if isinstance(event, ActionExecuted):
            following = str(event.name or event.text)
            if after is not None:
                yield after, before, following
            after = following
    if after is not None:
        yield after, rule.tracker.applied, LISTEN
