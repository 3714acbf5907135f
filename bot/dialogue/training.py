"""Rules and stories as training conversations: steps expanded to the events they stand for.

`or` steps multiply, checkpoints connect blocks, and what the files leave out is added: listening
before each user message and at the end, the slots that a message's entities fill, and in rules
the pseudo action `...`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import RULE_SNIPPET
from bot.dialogue.checkpoints import START, Block, Path, connect
from bot.dialogue.event_json import user_event
from bot.dialogue.events import (
    LISTEN,
    ActionExecuted,
    ActionReverted,
    Event,
    FollowupSet,
    LoopSet,
    Paused,
    Restarted,
    Resumed,
    SlotSet,
    SlotsReset,
    StoryExported,
    UserReverted,
    UserUttered,
)
from bot.dialogue.features import SHOULD_NOT_BE_SET
from bot.dialogue.spec import MappingType, SlotType, Step, StepType
from bot.dialogue.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.checkpoints import Conditions
    from bot.dialogue.spec import RuleSpec, SlotSpec, StorySpec
    from bot.domain.json import Json, JsonObject

# What `- action:` names in Rasa without being an action; here only where the domain lists none of that name.
EVENT_NAMES: Mapping[str, Event] = {
    "export": StoryExported(),
    "followup": FollowupSet(),
    "pause": Paused(),
    "reset_slots": SlotsReset(),
    "restart": Restarted(),
    "resume": Resumed(),
    "rewind": UserReverted(),
    "undo": ActionReverted(),
}
_TAKING_BACK = (Restarted, UserReverted, ActionReverted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training conversation. `names` are those of the rule, or of the stories that checkpoints join."""

    names: tuple[str, ...]
    is_rule: bool
    tracker: Tracker


def expand_rules(rules: Iterable[RuleSpec], catalogue: Catalogue) -> list[Training]:
    """Return the training conversations of rules."""
    snippet = Step(type=StepType.ACTION, name=RULE_SNIPPET)
    blocks: list[Block] = []
    for rule in rules:
        steps = (
            *rule.condition,
            *(() if rule.conversation_start else (snippet,)),
            *rule.steps,
            *(() if rule.wait_for_user_input else (snippet,)),
        )
        blocks.extend(_blocks(rule.name, steps, catalogue))
    marked = [replace(block, events=_with_markers(block.events)) for block in blocks]
    return _trainings(connect(marked, catalogue), is_rule=True)


def expand_stories(stories: Iterable[StorySpec], catalogue: Catalogue) -> list[Training]:
    """Return the training conversations of stories."""
    blocks = [block for story in stories for block in _blocks(story.name, story.steps, catalogue)]
    return _trainings(connect(blocks, catalogue), is_rule=False)


def _trainings(paths: Iterable[Path], *, is_rule: bool) -> list[Training]:
    return [Training(names=path.names, is_rule=is_rule, tracker=path.tracker) for path in paths]


def _with_markers(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """In a rule, an empty slot or loop must be empty, rather than may be."""
    return tuple(
        replace(event, value=SHOULD_NOT_BE_SET)
        if isinstance(event, SlotSet) and event.value is None
        else replace(event, name=SHOULD_NOT_BE_SET)
        if isinstance(event, LoopSet) and event.name is None
        else event
        for event in events
    )


def _blocks(name: str, steps: Sequence[Step], catalogue: Catalogue) -> list[Block]:
    """Cut steps at checkpoints and expand the pieces."""
    blocks: list[Block] = []
    starts: list[tuple[str, Conditions]] = []
    piece: list[Step] = []
    for step in steps:
        if step.type is not StepType.CHECKPOINT:
            piece.append(step)
        elif not piece:
            starts.append((str(step.name), step.slots))
        else:
            blocks.extend(_block(name, starts, piece, (str(step.name),), catalogue))
            starts, piece = [(str(step.name), ())], []
    if piece:
        blocks.extend(_block(name, starts, piece, (), catalogue))
    return blocks


def _block(
    name: str,
    starts: list[tuple[str, Conditions]],
    steps: list[Step],
    ends: tuple[str, ...],
    catalogue: Catalogue,
) -> Iterator[Block]:
    entries = tuple(starts) or ((START, ()),)
    for events in _branches(steps, catalogue, mark=any(start == START for start, _ in entries)):
        listen = () if ends or _listens(events) else (ActionExecuted(name=LISTEN),)
        yield Block(name=name, starts=entries, events=(*events, *listen), ends=ends)
        for position, event in enumerate(events):
            if isinstance(event, _TAKING_BACK):  # what was told before is learnt all the same
                yield Block(name=name, starts=entries, events=events[:position], ends=())


def _branches(steps: list[Step], catalogue: Catalogue, *, mark: bool) -> list[tuple[Event, ...]]:
    """Multiply out the `or` steps. `mark`: the first action is unpredictable unless a message precedes."""
    branches: list[tuple[Event, ...]] = [()]
    for step in steps:
        if step.type is StepType.OR:
            alternatives = [events for each in step.branches for events in _alternatives(each, catalogue)]
            mark = mark and len(alternatives) == 1  # behind a true `or` Rasa starts a new block
        else:
            alternatives = [tuple(_events(step, catalogue))]
        if not alternatives:
            continue
        if mark and any(isinstance(event, UserUttered | ActionExecuted) for event in alternatives[0]):
            alternatives = [_marked(events) for events in alternatives]
            mark = False
        branches = [_joined(branch, events, catalogue) for branch in branches for events in alternatives]
    return branches


def _alternatives(branch: tuple[Step, ...], catalogue: Catalogue) -> list[tuple[Event, ...]]:
    """Return the alternatives of one branch: each slot of a `slot_was_set` list is one by itself."""
    return [(event,) for step in branch for event in _events(step, catalogue)]


def _marked(events: tuple[Event, ...]) -> tuple[Event, ...]:
    first = events[0]
    return (replace(first, unpredictable=True), *events[1:]) if isinstance(first, ActionExecuted) else events


def _joined(branch: tuple[Event, ...], events: tuple[Event, ...], catalogue: Catalogue) -> tuple[Event, ...]:
    """Append events, with the listening before a message and the slots its entities fill."""
    for event in events:
        if isinstance(event, UserUttered):
            listen = () if _listens(branch) else (ActionExecuted(name=LISTEN),)
            branch = (*branch, *listen, event, *_slots_of_entities(event, catalogue))
        else:
            branch = (*branch, event)
    return branch


def _listens(events: tuple[Event, ...]) -> bool:
    return bool(events) and isinstance(events[-1], ActionExecuted) and events[-1].name == LISTEN


def _events(step: Step, catalogue: Catalogue) -> tuple[Event, ...]:
    match step.type:
        case StepType.INTENT | StepType.USER_TEXT:
            spans = step.spans or (None,) * len(step.entities)
            entities = [_entity(*both) for both in zip(step.entities, spans, strict=True)]
            intent: JsonObject = {"name": step.name, "confidence": 1.0} if step.name else {}
            return (user_event({"text": step.text, "intent": intent, "entities": entities}),)
        case StepType.ACTION if (name := str(step.name)) in EVENT_NAMES and not catalogue.has_action(name):
            return (EVENT_NAMES[name],)
        case StepType.ACTION | StepType.BOT_TEXT:
            return (ActionExecuted(name=step.name, text=step.text),)
        case StepType.SLOT:
            filled = ((name, _any_value(catalogue.slots.get(name))) for name in step.filled)
            return tuple(SlotSet(name=name, value=value) for name, value in (*step.slots, *filled))
        case StepType.LOOP:
            return (LoopSet(name=step.name),)
        case _:
            return ()  # `or` and checkpoints are structure, not events


def _entity(entity: tuple[str, Json, str | None, str | None], span: tuple[int, int] | None) -> JsonObject:
    name, value, role, group = entity
    start, end = span or (None, None)
    parts = {"start": start, "end": end, "entity": name, "value": "" if value is None else value}
    parts |= {"role": role, "group": group}
    return {key: part for key, part in parts.items() if part is not None}


def _any_value(spec: SlotSpec | None) -> Json:
    """Return a value for a slot named without one: its kind must be able to be just "filled"."""
    kind = spec.type if spec else None
    return "filled" if kind is SlotType.TEXT else ["filled"] if kind is SlotType.LIST else None


def _slots_of_entities(event: UserUttered, catalogue: Catalogue) -> Iterator[SlotSet]:
    """Yield what the message's entities fill through mappings that are not bound to a form."""
    slots = catalogue.slots.values() if event.entities and catalogue.domain.store_entities else ()
    for spec in slots:
        values = [
            entity.get("value")
            for mapping in spec.mappings
            if mapping.type is MappingType.FROM_ENTITY
            and not (mapping.conditions and mapping.conditions[0].active_loop)
            for entity in event.entities
            if (entity.get("entity"), entity.get("role"), entity.get("group"))
            == (mapping.entity, mapping.role, mapping.group)
        ]
        if values:
            yield SlotSet(name=spec.name, value=values if spec.type is SlotType.LIST else values[-1])
