"""The dialogue states that rules and stories compare: one before each action that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bot.dialogue.events import LISTEN, ActionExecuted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.events import UserUttered
    from bot.dialogue.features import Feature
    from bot.dialogue.moment import Moment
    from bot.dialogue.tracker import Tracker


class State(NamedTuple):
    """One state. `action` is the previous one, None only where a conversation starts.

    `entities` are sorted labels: `city`, and `city#from` for a role or group.
    """

    intent: str | None = None
    text: str | None = None
    entities: tuple[str, ...] = ()
    slots: tuple[tuple[str, Feature], ...] = ()  # sorted by name
    action: str | None = None
    action_is_text: bool = False
    loop: str | None = None


def state_of(moment: Moment, catalogue: Catalogue, *, slots: Mapping[str, Feature] | None = None) -> State:
    """Return the state at a moment; `slots` replaces the features of its slots."""
    intent, text, entities = _user_part(moment.message, catalogue) if moment.message else (None, None, ())
    features = moment.features if slots is None else slots
    return State(
        intent=intent,
        text=text,
        entities=entities,
        slots=tuple(sorted(features.items())) if features else (),
        action=moment.action,
        action_is_text=moment.action_is_text,
        loop=moment.loop.name if moment.loop else None,
    )


def as_asked(state: State, *, by_text: bool) -> State:
    """Return the newest state as a policy asks with it: a message just heard counts by text or by intent."""
    if state.action != LISTEN:
        return _settled(state)
    if by_text:
        return state._replace(intent=None, entities=())
    return state._replace(text=None)


def states_backwards(tracker: Tracker, *, by_text: bool) -> Iterator[State]:
    """Yield the states from the newest to the oldest kept, as rules see them."""
    catalogue = tracker.catalogue
    yield as_asked(state_of(tracker.applied, catalogue), by_text=by_text)
    for event, before in reversed(tracker.tail):
        if isinstance(event, ActionExecuted):
            yield _settled(state_of(before, catalogue))


def visible_states(
    turns: Iterable[tuple[Moment, bool]],
    catalogue: Catalogue,
    rule_only: tuple[AbstractSet[str], AbstractSet[str]],
) -> list[State]:
    """Return the states that memoization sees, oldest first.

    Args:
        turns: the moments before each action, and whether that action is hidden; last, now.
        catalogue: the domain.
        rule_only: names of slots, and of loops, that occur in rules but in no story.
    """
    slots_left_out, loops_left_out = rule_only
    states: list[State] = []
    last_action: tuple[str | None, bool] = (None, False)
    hidden = False
    for moment, hides in turns:
        if not hidden:
            last_action = (moment.action, moment.action_is_text)
        # A follow-up, or listening after a loop, belongs to the turn before it.
        if not moment.followup and moment.action != moment.loop_name:
            hidden = hides
        if hidden:
            continue
        state = state_of(moment, catalogue)
        state = state._replace(
            slots=tuple(each for each in state.slots if each[0] not in slots_left_out),
            loop=None if state.loop in loops_left_out else state.loop,
        )
        if states and moment.action != LISTEN:
            state = _with_user_of(states[-1], state)
        if last_action[0]:
            state = state._replace(action=last_action[0], action_is_text=last_action[1])
        states.append(state)
    return states


def turns_of(tracker: Tracker) -> list[tuple[Moment, bool]]:
    """Return the moments before each action in the tail, and now; with whether the action is hidden."""
    turns = [(before, event.hidden) for event, before in tracker.tail if isinstance(event, ActionExecuted)]
    return [*turns, (tracker.applied, False)]


def asked_states(states: list[State]) -> tuple[State, ...]:
    """Return states as memoization looks them up."""
    return (*(_settled(state) for state in states[:-1]), as_asked(states[-1], by_text=False))


def state_json(state: State) -> dict[str, Any]:
    """Write a state as Rasa does: the length of its JSON decides between rules."""
    user = {"intent": state.intent, "text": state.text, "entities": list(state.entities)}
    kind = "action_text" if state.action_is_text else "action_name"
    parts: dict[str, dict[str, Any]] = {
        "user": {key: value for key, value in user.items() if value},
        "slots": dict(state.slots),
        "prev_action": {kind: state.action} if state.action else {},
        "active_loop": {"name": state.loop} if state.loop else {},
    }
    return {key: part for key, part in parts.items() if part}


def _settled(state: State) -> State:
    """A state with an intent is never compared by text as well."""
    return state._replace(text=None) if state.intent and state.text else state


def _with_user_of(previous: State, state: State) -> State:
    if previous.intent or previous.text:
        return state._replace(intent=previous.intent, text=previous.text, entities=previous.entities)
    return state._replace(intent=None, text=None, entities=())


def _user_part(message: UserUttered, catalogue: Catalogue) -> tuple[str | None, str | None, tuple[str, ...]]:
    if message.by_text:
        return None, message.text or None, ()
    text = message.text if message.by_text is None else None
    if not message.entities:
        return message.intent, text, ()
    labels = set()
    for entity in message.entities:
        name = entity.get("entity")
        labels.add(str(name))
        labels.update(f"{name}#{entity[key]}" for key in ("role", "group") if entity.get(key))
    wanted = catalogue.wanted_entities(message.intent)
    return message.intent, text, tuple(sorted(labels if wanted is None else labels & wanted))
