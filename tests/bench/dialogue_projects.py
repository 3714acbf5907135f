"""Generated projects to measure dialogue on: as many rules and slots as asked for."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from bot.domain.json import Json

_TYPES = (SlotType.TEXT, SlotType.BOOL, SlotType.CATEGORICAL, SlotType.FLOAT)
_SLOTS_OF_A_FORM = 4
_INTENTS_PER_RULE = 2  # so many rules share an intent and differ by their conditions


def generate(*, rules: int, slots: int, stories: int = 200, seed: int = 0) -> DialogueSpec:
    """Return a project of that size: an entity for each slot, a form for each twenty, answers and stories."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    intents = [f"intent_{number}" for number in range(max(rules // _INTENTS_PER_RULE, 1))]
    names = [f"slot_{number}" for number in range(slots)]
    kinds = {name: _TYPES[number % len(_TYPES)] for number, name in enumerate(names)}
    forms = {
        f"form_{number}": FormSpec(
            name=f"form_{number}", required_slots=tuple(chance.sample(names, _SLOTS_OF_A_FORM))
        )
        for number in range(max(slots // 20, 1))
    }
    answers = [f"utter_{number}" for number in range(rules)]
    asked = [f"utter_ask_{name}" for name in names]
    return DialogueSpec(
        domain=DomainSpec(
            intents={name: IntentSpec(name=name) for name in intents},
            entities={f"entity_{name}": EntitySpec(name=f"entity_{name}") for name in names},
            slots={name: _slot(name, kinds[name], forms) for name in names},
            forms=forms,
            responses={
                name: (Variation(body={"text": f"{name}: {{slot_0}}"}),) for name in (*answers, *asked)
            },
            actions=(),
            session=SessionSpec(expiration=timedelta(minutes=60)),
        ),
        rules=(
            *(_rule(number, answer, intents, names, kinds) for number, answer in enumerate(answers)),
            *(
                rule
                for name, intent in zip(forms, intents, strict=False)
                for rule in _form_rules(name, intent)
            ),
        ),
        stories=tuple(_story(number, chance, intents, answers) for number in range(stories)),
        policies=PolicySpec(memories=(MemorySpec(max_history=5),), check_rules=False),
    )


def _slot(name: str, kind: SlotType, forms: dict[str, FormSpec]) -> SlotSpec:
    asking = tuple(
        MappingCondition(active_loop=form.name, requested_slot=name)
        for form in forms.values()
        if name in form.required_slots
    )
    in_forms = (SlotMapping(type=MappingType.FROM_TEXT, conditions=asking),) if asking else ()
    return SlotSpec(
        name=name,
        type=kind,
        mappings=(SlotMapping(type=MappingType.FROM_ENTITY, entity=f"entity_{name}"), *in_forms),
        values=("low", "high") if kind is SlotType.CATEGORICAL else (),
    )


def _rule(
    number: int, answer: str, intents: list[str], names: list[str], kinds: dict[str, SlotType]
) -> RuleSpec:
    """The first rule of an intent has no condition, the others go by a slot each."""
    intent, others = intents[number % len(intents)], number // len(intents)
    name = names[number % len(names)]
    values: dict[SlotType, Json] = {SlotType.BOOL: True, SlotType.CATEGORICAL: "high", SlotType.FLOAT: 1.0}
    value = values.get(kinds[name], "x")
    condition = (Step(type=StepType.SLOT, slots=((name, value),)),) if others else ()
    steps = (Step(type=StepType.INTENT, name=intent), Step(type=StepType.ACTION, name=answer))
    return RuleSpec(name=f"rule {number}", steps=steps, condition=condition)


def _form_rules(form: str, intent: str) -> tuple[RuleSpec, RuleSpec]:
    run = Step(type=StepType.ACTION, name=form)
    on, off = (Step(type=StepType.LOOP, name=name) for name in (form, None))
    start = (
        Step(type=StepType.INTENT, name=intent),
        Step(type=StepType.ACTION, name="utter_0"),
        run,
        on,
    )
    return (
        RuleSpec(
            name=f"start {form}",
            steps=start,
            condition=(Step(type=StepType.SLOT, slots=(("slot_1", True),)),),
        ),
        RuleSpec(
            name=f"end {form}",
            steps=(run, off, Step(type=StepType.ACTION, name="utter_1")),
            condition=(on,),
        ),
    )


def _story(number: int, chance: random.Random, intents: list[str], answers: list[str]) -> StorySpec:
    steps = [
        step
        for _ in range(4)
        for step in (
            Step(type=StepType.INTENT, name=chance.choice(intents)),
            Step(type=StepType.ACTION, name=chance.choice(answers)),
        )
    ]
    return StorySpec(name=f"story {number}", steps=tuple(steps))
