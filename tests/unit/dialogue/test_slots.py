"""Filling slots from messages, as a customer's message comes in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.calls import Call, Outcome
from bot.dialogue.catalogue import Catalogue
from bot.dialogue.event_json import user_event
from bot.dialogue.events import LISTEN, ActionExecuted, Event, FollowupSet, LoopSet, SlotSet, UserReverted
from bot.dialogue.extraction import extract_slots
from bot.dialogue.features import slot_feature
from bot.dialogue.forms import run_form
from bot.dialogue.scene import Scene
from bot.dialogue.spec import FormSpec, MappingCondition, MappingType, SlotMapping, SlotSpec, SlotType
from bot.dialogue.tracker import new_tracker
from bot.errors import ActionError
from tests.conversations.talk import first
from tests.unit.dialogue.specs import domain

IN_FORM = (MappingCondition(active_loop="order_form"),)
ASKED = (MappingCondition(active_loop="order_form", requested_slot="s"),)
OUTSIDE = (MappingCondition(no_loop=True),)
NO_LOOP_NAMED = (MappingCondition(requested_slot="s"),)  # holds never, as in Rasa


def mapping(kind: MappingType, **options: Any) -> SlotMapping:
    return SlotMapping(type=kind, **options)


ENTITY = mapping(MappingType.FROM_ENTITY, entity="size")
CITY_FROM = mapping(MappingType.FROM_ENTITY, entity="city", role="from")


def extract(
    *mappings: SlotMapping,
    kind: SlotType = SlotType.TEXT,
    entities: tuple[dict[str, Any], ...] = (),
    before: tuple[Event, ...] = (),
    intent: str = "inform",
    outcomes: dict[str, Any] | None = None,
    **changes: Any,
) -> list[Any]:
    """Return (slot, value), or a bot's words, for each event that a message "hello" gives."""
    slots = {"s": SlotSpec(name="s", type=kind, mappings=mappings), **changes.pop("others", {})}
    catalogue = Catalogue(domain(slots=slots, **changes))
    message = user_event(
        {"text": "hello", "intent": {"name": intent, "confidence": 1.0}, "entities": list(entities)}
    )
    tracker = new_tracker(catalogue).apply_all((*before, ActionExecuted(name=LISTEN), message))
    steps = extract_slots(Scene(catalogue=catalogue, channel="rest", choose=first), tracker)
    return [_seen(event) for event in drive(steps, outcomes or {})]


def drive(steps: Any, outcomes: dict[str, Any]) -> tuple[Event, ...]:
    """Run to the end; an action's outcome may be an error."""
    try:
        call: Call = next(steps)
        while True:
            outcome = outcomes[call.name]
            call = steps.throw(outcome) if isinstance(outcome, Exception) else steps.send(outcome)
    except StopIteration as end:
        events: tuple[Event, ...] = end.value
        return events


def _seen(event: Event) -> Any:
    return (event.name, event.value) if isinstance(event, SlotSet) else getattr(event, "text", None)


def entity(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"entity": name, "value": value, **more}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(SlotType.BOOL, "½"), (SlotType.BOOL, "perhaps"), (SlotType.FLOAT, "½"), (SlotType.FLOAT, 10**400)],
)
def test_what_is_no_value_of_a_slot_counts_as_not_set(kind: SlotType, value: str | int) -> None:
    assert slot_feature(SlotSpec(name="s", type=kind, mappings=()), value) is None


def test_last_of_several_entities_fills_a_slot_and_all_fill_a_list() -> None:
    found = (entity("size", "L"), entity("size", "M"))
    assert extract(ENTITY, entities=found) == [("s", "M")]
    assert extract(ENTITY, entities=found, kind=SlotType.LIST) == [("s", ["L", "M"])]


def test_role_must_be_the_same() -> None:
    assert extract(CITY_FROM, entities=(entity("city", "Rome", role="from"),)) == [("s", "Rome")]
    assert extract(CITY_FROM, entities=(entity("city", "Rome"),)) == []
    bare = mapping(MappingType.FROM_ENTITY, entity="city")
    assert extract(bare, entities=(entity("city", "Rome", role="from"),)) == []


def test_first_mapping_that_yields_something_decides() -> None:
    text = mapping(MappingType.FROM_TEXT)
    assert extract(ENTITY, text) == [("s", "hello")]
    assert extract(ENTITY, text, entities=(entity("size", "L"),)) == [("s", "L")]


@pytest.mark.parametrize(
    ("options", "filled"),
    [
        ({"intent": ("inform",)}, True),
        ({"intent": ("greet",)}, False),
        ({"not_intent": ("inform",)}, False),
        ({"not_intent": ("greet",)}, True),
        ({"conditions": IN_FORM}, False),
        ({"conditions": OUTSIDE}, True),
        ({"conditions": NO_LOOP_NAMED}, False),
    ],
)
def test_mapping_looks_at_intent_and_loop(options: dict[str, Any], filled: bool) -> None:  # noqa: FBT001  # a table
    assert bool(extract(mapping(MappingType.FROM_TEXT, **options))) is filled


@pytest.mark.parametrize(
    ("conditions", "requested", "filled"),
    [
        (IN_FORM, "other", True),
        (ASKED, "s", True),
        (ASKED, "other", False),
        (OUTSIDE, "s", False),
        (NO_LOOP_NAMED, "s", False),
    ],
)
def test_mapping_in_a_form(conditions: Any, requested: str, filled: bool) -> None:  # noqa: FBT001  # a table
    before = (LoopSet(name="order_form"), SlotSet(name="requested_slot", value=requested))
    assert bool(extract(mapping(MappingType.FROM_TEXT, conditions=conditions), before=before)) is filled


def test_intents_that_a_form_ignores_fill_nothing_in_it() -> None:
    form = FormSpec(name="order_form", required_slots=("s",), ignored_intents=("inform",))
    in_form = (LoopSet(name="order_form"),)
    assert extract(mapping(MappingType.FROM_TEXT), before=in_form, forms={"order_form": form}) == []
    assert extract(mapping(MappingType.FROM_TEXT), forms={"order_form": form}) == [("s", "hello")]


def test_trigger_intent_fills_only_in_its_form() -> None:
    trigger = mapping(MappingType.FROM_TRIGGER_INTENT, intent=("inform",), value=1, conditions=IN_FORM)
    assert extract(trigger) == []
    assert extract(trigger, before=(LoopSet(name="order_form"),)) == [("s", 1)]


def test_entity_that_two_slots_of_a_form_want_goes_to_the_one_asked_for() -> None:
    other = {"other": SlotSpec(name="other", type=SlotType.TEXT, mappings=(ENTITY,))}
    form = {"order_form": FormSpec(name="order_form", required_slots=("s", "other"))}
    before = (LoopSet(name="order_form"), SlotSet(name="requested_slot", value="other"))
    found = extract(ENTITY, entities=(entity("size", "L"),), before=before, others=other, forms=form)
    assert found == [("other", "L")]


def test_custom_mapping_asks_its_action_once_and_takes_slots_only() -> None:
    custom = mapping(MappingType.CUSTOM, action="action_find")
    other = {"other": SlotSpec(name="other", type=SlotType.TEXT, mappings=(custom,))}
    outcome = Outcome(
        events=(SlotSet(name="s", value=1), FollowupSet(name="action_x")), responses=({"text": "dropped"},)
    )
    assert extract(custom, others=other, outcomes={"action_find": outcome}) == [("s", 1)]


def test_failing_custom_mapping_fills_nothing_and_harms_nothing() -> None:
    custom = mapping(MappingType.CUSTOM, action="action_find")
    assert extract(
        custom, ENTITY, entities=(entity("size", "L"),), outcomes={"action_find": ActionError("x")}
    ) == [("s", "L")]


def test_project_may_check_the_candidates() -> None:
    check = Outcome(events=(SlotSet(name="s", value=None),), responses=({"text": "no"},))
    found = extract(
        ENTITY,
        entities=(entity("size", "L"),),
        actions=("action_validate_slot_mappings",),
        outcomes={"action_validate_slot_mappings": check},
    )
    assert found == ["no", ("s", None)]


def test_after_a_rewind_a_form_checks_what_was_set_since_the_message_that_counts_again() -> None:
    catalogue = Catalogue(domain(actions=("validate_order_form",)))
    listen, form = ActionExecuted(name=LISTEN), catalogue.domain.forms["order_form"]
    tracker = new_tracker(catalogue).apply_all(
        (
            *(listen, LoopSet(name=form.name), SlotSet(name="requested_slot", value="size"), listen),
            *(user_event({"text": "big", "intent": {"name": "inform"}}), SlotSet(name="size", value="L")),
            *(listen, user_event({"text": "no", "intent": {"name": "no"}}), SlotSet(name="note", value="-")),
            UserReverted(),
        )
    )
    call = next(run_form(Scene(catalogue=catalogue, channel="rest", choose=first), form, tracker))
    candidates = [event for event in call.tracker.log[-2:] if isinstance(event, SlotSet)]
    assert [(event.name, event.value) for event in candidates] == [("size", "L"), ("note", "-")]
