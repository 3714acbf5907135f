"""Forms: asking for slots until all are filled (Rasa's `FormAction`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.calls import ActionRefused
from bot.dialogue.catalogue import ActionKind
from bot.dialogue.events import (
    LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    ActionRejected,
    Event,
    LoopSet,
    Restarted,
    SlotSet,
    UserUttered,
)
from bot.dialogue.extraction import extract_slots
from bot.dialogue.scene import run_custom

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dialogue.calls import Steps
    from bot.dialogue.scene import Scene
    from bot.dialogue.spec import FormSpec
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of a form. `tracker` is the conversation as it was when the run began."""

    scene: Scene
    form: FormSpec
    tracker: Tracker

    @property
    def requested(self) -> Json:
        """The slot this form asked for; what another form asked for does not matter."""
        now = self.tracker.live
        return now.slots.get(REQUESTED_SLOT) if now.loop_name == self.form.name else None

    @property
    def validator(self) -> str | None:
        """The project's action that checks this form's slots."""
        name = f"validate_{self.form.name}"
        return name if self.scene.catalogue.has_action(name) else None


def run_form(scene: Scene, form: FormSpec, tracker: Tracker) -> Steps:
    """Run a form once: start it if need be, take in what was said, ask for the next slot or end.

    Raises `ActionRefused` when a slot was asked for and nothing usable was said.
    """
    run = _Run(scene=scene, form=form, tracker=tracker)
    events: tuple[Event, ...] = ()
    if tracker.live.loop_name != form.name:
        events = yield from _activate(run)
    if not _is_done(events):
        events = (*events, *(yield from _proceed(run, events)))
    if _is_done(events):
        events = (*events, LoopSet(name=None))
    return events


def _activate(run: _Run) -> Steps:
    """Start the form, fill slots that only it fills, and let what is filled already be checked."""
    start = LoopSet(name=run.form.name)
    tracker = run.tracker.apply(start)
    extracted = yield from extract_slots(run.scene, tracker)
    tracker = tracker.apply_all(extracted)
    slots = tuple(event for event in extracted if isinstance(event, SlotSet))
    if run.validator is None:
        return (start, *slots)
    filled = {name: tracker.live.slots.get(name) for name in run.form.required_slots}
    prefilled = [SlotSet(name=name, value=value) for name, value in filled.items() if value is not None]
    started = _Run(scene=run.scene, form=run.form, tracker=tracker)
    checked = yield from _check(started, prefilled)
    named = {event.name for event in checked if isinstance(event, SlotSet)}
    return (start, *checked, *(event for event in slots if event.name not in named))


def _proceed(run: _Run, so_far: tuple[Event, ...]) -> Steps:
    """Check what was said, unless activation did, and ask for the next slot."""
    events: tuple[Event, ...] = ()
    if not any(not isinstance(event, LoopSet) for event in so_far):
        events = yield from _take_in(run)
    if any(isinstance(event, ActionRejected) for event in events):
        return events
    asked = yield from _ask_next(run, (*so_far, *events))
    return (*events, *asked)


def _take_in(run: _Run) -> Steps:
    """Check the slots filled since the last message. Right after something else was said, check none."""
    now = run.tracker.live
    interrupted = now.loop is not None and now.loop.is_interrupted
    if now.loop is not None and (now.action != LISTEN or interrupted):
        return (yield from _check(run, ()))
    wanted = {*run.form.required_slots, *([run.requested] if run.requested else [])}
    said = {event.name: event for event in _slots_since_message(run.tracker) if event.name in wanted}
    checked = yield from _check(run, said.values())
    sets_some = any(isinstance(event, SlotSet) and event.name != REQUESTED_SLOT for event in checked)
    refused = any(isinstance(event, ActionRejected) for event in checked)
    if run.requested and not said and not sets_some and not refused:
        raise ActionRefused(run.form.name)
    return checked


def _slots_since_message(tracker: Tracker) -> Iterable[SlotSet]:
    """Return the slots set since the message that counts, as it was logged: after a rewind an older one."""
    slots: list[SlotSet] = []
    for event in reversed(tracker.log):
        if isinstance(event, Restarted) or _repeats(event, tracker.live.message):
            break
        if isinstance(event, SlotSet):
            slots.append(event)
    return reversed(slots)


def _repeats(event: Event, message: UserUttered | None) -> bool:
    """Tell whether the message, or one that Rasa holds for the same, was heard: it compares no values."""
    if not isinstance(event, UserUttered) or message is None:
        return False
    said, other = ([sorted(entity) for entity in each.entities] for each in (event, message))
    return (event.text, event.intent, said) == (message.text, message.intent, other)


def _check(run: _Run, candidates: Iterable[SlotSet]) -> Steps:
    """Let the project's validator judge candidates; without one they stand as they are.

    The validator goes by the run of slot events at the end of the conversation it is shown, so
    they are shown after the form's action.
    """
    if run.validator is None:
        return ()
    return (yield from run_custom(run.scene, run.validator, _shown(run, candidates)))


def _shown(run: _Run, events: Iterable[Event]) -> Tracker:
    """Return the conversation as the form's actions are shown it: as if the form had just run."""
    requested = SlotSet(name=REQUESTED_SLOT, value=run.requested)
    return run.tracker.apply_all((requested, ActionExecuted(name=run.form.name), *events))


def _ask_next(run: _Run, so_far: tuple[Event, ...]) -> Steps:
    """Ask for the slot that the validator wants next, or the first empty one."""
    if _is_done(so_far):
        return (SlotSet(name=REQUESTED_SLOT, value=None),)
    chosen = next(
        (event.value for event in so_far if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT),
        None,
    )
    shown = _shown(run, so_far)
    events: tuple[Event, ...] = ()
    if not chosen:
        slots = shown.live.slots
        chosen = next((name for name in run.form.required_slots if slots.get(name) is None), None)
        events = (SlotSet(name=REQUESTED_SLOT, value=chosen),)
    if not chosen:
        return events
    return (*events, *(yield from _ask(run, str(chosen), shown)))


def _ask(run: _Run, slot: str, shown: Tracker) -> Steps:
    """Say the question for a slot, by the project's most specific action or response for it."""
    catalogue = run.scene.catalogue
    names = (
        f"action_ask_{run.form.name}_{slot}",
        f"utter_ask_{run.form.name}_{slot}",
        f"action_ask_{slot}",
        f"utter_ask_{slot}",
    )
    name = next((name for name in names if catalogue.has_action(name)), None)
    if name is None:
        return ()
    if catalogue.kind_of(name) is ActionKind.RESPONSE:
        return run.scene.utter(name, shown.live.slots)
    return (yield from run_custom(run.scene, name, shown))


def _is_done(events: tuple[Event, ...]) -> bool:
    """Tell whether the events so far end the form: nothing is requested any more, or no loop is active."""
    if any(isinstance(event, ActionRejected) for event in events):
        return False
    requests = [event for event in events if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT]
    loops = [event for event in events if isinstance(event, LoopSet)]
    return bool(requests and requests[-1].value is None) or bool(loops and loops[-1].name is None)
