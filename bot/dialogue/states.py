"""The dialogue states that rules and stories compare: one before each action that counts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from bot.dialogue.events import LISTEN, ActionExecuted
from bot.dialogue.features import Features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.moment import Moment
    from bot.dialogue.tracker import Tracker


Turn: TypeAlias = "tuple[Moment, bool]"  # the moment before an action, and whether that action is hidden
RuleOnly: TypeAlias = "tuple[AbstractSet[str], AbstractSet[str]]"  # names of slots and of loops
_UserPart: TypeAlias = "tuple[str | None, str | None, tuple[str, ...]]"  # intent, text, entities
_NO_SLOTS = Features()


class State(NamedTuple):
    """One state. `action` is the previous one, None only where a conversation starts.

    `entities` are sorted labels: `city`, and `city#from` for a role or group.
    """

    intent: str | None = None
    text: str | None = None
    entities: tuple[str, ...] = ()
    slots: Features = _NO_SLOTS
    action: str | None = None
    action_is_text: bool = False
    loop: str | None = None


def state_of(moment: Moment, catalogue: Catalogue, *, slots: Features | None = None) -> State:
    """Return the state at a moment; `slots` replaces the features of its slots."""
    intent, text, entities = _user_part(moment, catalogue)
    return State(
        intent,
        text,
        entities,
        moment.features if slots is None else slots,
        moment.action,
        moment.action_is_text,
        moment.loop.name if moment.loop else None,
    )


def as_asked(state: State, *, by_text: bool) -> State:
    """Return the newest state as a policy asks with it: a message just heard counts by text or by intent."""
    if state.action != LISTEN:
        return settled(state)
    if by_text:
        return state._replace(intent=None, entities=())
    return state if state.text is None else state._replace(text=None)


def states_backwards(tracker: Tracker, *, by_text: bool) -> Iterator[State]:
    """Yield the states from the newest to the oldest kept, as rules see them."""
    catalogue = tracker.catalogue
    yield as_asked(state_of(tracker.applied, catalogue), by_text=by_text)
    for event, before in reversed(tracker.tail):
        if isinstance(event, ActionExecuted):
            yield settled(state_of(before, catalogue))


class Turns:
    """The states that memoization sees of a conversation, worked out when they are asked for.

    It passes over the turns that rules alone made, and over slots and loops that occur in rules only.
    """

    def __init__(self, backwards: Iterable[Turn], catalogue: Catalogue, rule_only: RuleOnly) -> None:
        """Take the moments before each action, newest first; the first is now."""
        self._older = _seen(backwards)
        self._known: list[_Seen] = []
        self._states: dict[int, State] = {}
        self._catalogue = catalogue
        self._slots_left_out, self._loops_left_out = self._rule_only = rule_only

    def of_others(self, backwards: Iterable[Turn]) -> Turns:
        """Return what memoization sees of other moments."""
        return Turns(backwards, self._catalogue, self._rule_only)

    def reach(self, number: int) -> bool:
        """Tell whether there are that many states."""
        missing = number - len(self._known)
        if missing > 0:
            self._known.extend(islice(self._older, missing))
        return len(self._known) >= number

    def newest(self) -> State | None:
        """Return the newest state as memoization asks with it."""
        return as_asked(self._state(0), by_text=False) if self.reach(1) else None

    def newest_states(self, most: int) -> tuple[State, ...]:
        """Return the newest states, oldest first, as memoization looks them up."""
        self.reach(most)
        newest = self.newest()
        if newest is None:
            return ()
        older = range(min(most, len(self._known)) - 1, 0, -1)
        return (*[settled(self._state(back)) for back in older], newest)

    def _state(self, back: int) -> State:
        state = self._states.get(back)
        if state is None:
            state = self._states[back] = self._work_out(back)
        return state

    def _work_out(self, back: int) -> State:
        moment, before = self._known[back]
        intent, text, entities = self._user_part(back)
        loop = moment.loop.name if moment.loop else None
        acted = before if before.action else moment
        return State(
            intent,
            text,
            entities,
            moment.features.without(self._slots_left_out),
            acted.action,
            acted.action_is_text,
            None if loop in self._loops_left_out else loop,
        )

    def _user_part(self, back: int) -> _UserPart:
        """Return what was said: after listening that is the message, then it stays until the bot listens."""
        heard = back
        while self._known[heard].moment.action != LISTEN and self.reach(heard + 2):
            heard += 1
        intent, text, entities = _user_part(self._known[heard].moment, self._catalogue)
        return intent, text, entities if heard == back or intent or text else ()


class _Seen(NamedTuple):
    """A moment that memoization sees, and the moment whose action stands for the one before it."""

    moment: Moment
    before: Moment


def _seen(backwards: Iterable[Turn]) -> Iterator[_Seen]:
    """Yield what memoization sees, newest first; behind what is hidden stands the action before that."""
    newer = before = None
    for moments, hidden in _grouped(backwards):
        if not hidden:
            if newer and before:
                yield _Seen(newer, before)
            yield from (_Seen(moment, moment) for moment in moments[:-1])
            newer = moments[-1]
        before = moments[-1]
    if newer and before:
        yield _Seen(newer, before)


def _grouped(backwards: Iterable[Turn]) -> Iterator[tuple[list[Moment], bool]]:
    """Yield moments that are hidden together, or seen."""
    group: list[Moment] = []
    for moment, hides in backwards:
        group.append(moment)
        if decides(moment):
            yield group, hides
            group = []
    if group:
        yield group, False


def decides(moment: Moment) -> bool:
    """Tell whether what comes next may be hidden, or seen, by itself.

    A follow-up, and listening after a loop, go along with what was before them.
    """
    return not moment.followup and moment.action != moment.loop_name


def turns_of(tracker: Tracker, rule_only: RuleOnly) -> Turns:
    """Return what memoization sees of a conversation. Policies share it: each state is made once."""
    return Turns(turns_backwards(tracker), tracker.catalogue, rule_only)


def turns_backwards(tracker: Tracker) -> Iterator[Turn]:
    """Yield the moment now, and those before each action in the tail, newest first."""
    yield tracker.applied, False
    for event, before in reversed(tracker.tail):
        if isinstance(event, ActionExecuted):
            yield before, event.hidden


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


def settled(state: State) -> State:
    """A state with an intent is never compared by text as well."""
    return state._replace(text=None) if state.intent and state.text else state


def _user_part(moment: Moment, catalogue: Catalogue) -> _UserPart:
    """Return intent, text and entities as a state holds them."""
    message = moment.message
    if message is None:
        return None, None, ()
    if moment.by_text:
        return None, message.text or None, ()
    text = message.text if moment.by_text is None else None
    if not message.entities:
        return message.intent, text, ()
    labels = set()
    for entity in message.entities:
        name = entity.get("entity")
        labels.add(str(name))
        labels.update(f"{name}#{entity[key]}" for key in ("role", "group") if entity.get(key))
    wanted = catalogue.wanted_entities(message.intent)
    return message.intent, text, tuple(sorted(labels if wanted is None else labels & wanted))
