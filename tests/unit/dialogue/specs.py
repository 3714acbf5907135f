"""Small domains, rules and stories, written by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.dialogue.spec import (
    DialogueSpec,
    DomainSpec,
    EntitySpec,
    FormSpec,
    IntentSpec,
    MappingCondition,
    MappingType,
    MemorySpec,
    PolicySpec,
    RuleSpec,
    SessionSpec,
    SlotMapping,
    SlotSpec,
    SlotType,
    Step,
    StepType,
    StorySpec,
    Variation,
)

IN_FORM = MappingCondition(active_loop="order_form")


def intent(name: str, *entities: tuple[str, Any, str | None, str | None]) -> Step:
    return Step(type=StepType.INTENT, name=name, entities=entities)


def action(name: str) -> Step:
    return Step(type=StepType.ACTION, name=name)


def loop(name: str | None) -> Step:
    return Step(type=StepType.LOOP, name=name)


def slot(name: str, value: Any) -> Step:
    return Step(type=StepType.SLOT, slots=((name, value),))


def checkpoint(name: str) -> Step:
    return Step(type=StepType.CHECKPOINT, name=name)


def either(*branches: Step) -> Step:
    return Step(type=StepType.OR, branches=tuple((branch,) for branch in branches))


def rule(name: str, *steps: Step, **options: Any) -> RuleSpec:
    return RuleSpec(name=name, steps=steps, **options)


def story(name: str, *steps: Step) -> StorySpec:
    return StorySpec(name=name, steps=steps)


def say(text: str) -> tuple[Variation, ...]:
    return (Variation(body={"text": text}),)


def domain(**changes: Any) -> DomainSpec:
    """A shop's domain: greet, order by a form of two slots, stop; slots of several types."""
    parts: dict[str, Any] = {
        "intents": {
            name: IntentSpec(name=name)
            for name in ("greet", "bye", "order", "inform", "stop", "yes", "no", "nlu_fallback")
        },
        "entities": {
            "size": EntitySpec(name="size"),
            "city": EntitySpec(name="city", roles=("from", "to")),
        },
        "slots": {
            "size": SlotSpec(
                name="size",
                type=SlotType.TEXT,
                mappings=(SlotMapping(type=MappingType.FROM_ENTITY, entity="size"),),
            ),
            "note": SlotSpec(
                name="note",
                type=SlotType.TEXT,
                influence_conversation=False,
                mappings=(
                    SlotMapping(
                        type=MappingType.FROM_TEXT,
                        conditions=(MappingCondition(active_loop="order_form", requested_slot="note"),),
                    ),
                ),
            ),
            "vip": SlotSpec(name="vip", type=SlotType.BOOL, mappings=(), initial_value=False),
            "wishes": SlotSpec(name="wishes", type=SlotType.LIST, mappings=()),
        },
        "forms": {"order_form": FormSpec(name="order_form", required_slots=("size", "note"))},
        "responses": {
            "utter_greet": say("hello"),
            "utter_vip": say("hello, your highness"),
            "utter_bye": say("bye"),
            "utter_ask_size": say("which size?"),
            "utter_ask_note": say("anything else?"),
            "utter_done": say("{size}, {note}"),
            "utter_stopped": say("stopped"),
        },
        "actions": (),
        "session": SessionSpec(expiration=timedelta(minutes=60)),
    }
    return DomainSpec(**{**parts, **changes})


RULES = (
    rule("greet", intent("greet"), action("utter_greet")),
    rule("bye", intent("bye"), action("utter_bye")),
    rule("order", intent("order"), action("order_form"), loop("order_form")),
    rule(
        "done",
        action("order_form"),
        loop(None),
        action("utter_done"),
        condition=(loop("order_form"),),
    ),
    rule(
        "stop",
        intent("stop"),
        action("utter_stopped"),
        action("action_deactivate_loop"),
        loop(None),
        condition=(loop("order_form"),),
    ),
)


def spec(
    *,
    rules: tuple[RuleSpec, ...] = RULES,
    stories: tuple[StorySpec, ...] = (),
    policies: PolicySpec | None = None,
    **changes: Any,
) -> DialogueSpec:
    return DialogueSpec(
        domain=domain(**changes),
        rules=rules,
        stories=stories,
        policies=policies or PolicySpec(memories=(MemorySpec(),) if stories else ()),
    )
