"""Conversations made up by chance, the same by the same seed: mostly what rules and stories tell of."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from bot.dialogue.catalogue import TWO_STAGE_FALLBACK
from bot.dialogue.events import REQUESTED_SLOT, UserUttered
from bot.dialogue.spec import MappingType, SlotType
from tests.rasa.outside import Outside
from tests.rasa.plans import RESTART, Fill, Have
from tests.rasa.vocabulary import WORDS, Vocabulary

if TYPE_CHECKING:
    from bot.dialogue.spec import SlotMapping, SlotSpec
    from bot.dialogue.tracker import Tracker
    from tests.rasa.native import NativeProject
    from tests.rasa.plans import Plan

START = 1_772_442_000.0  # 2 March 2026, 9:00 UTC
_PAUSE, _LONG_PAUSE = 10.0, 7_200.0
_FROM_OUTSIDE = 0.08  # of all turns: what programs do, not the contact
_STRAYS = 0.5  # of the plans: their walks say other things as well
_PATIENCE = 8  # answers to a form, good and bad, before the plan goes on
_DEFAULT = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")
_DWELLS, _DWELT = 0.05, 22  # how likely, and for how many turns
_CHANNELS = ("collector", "collector", "collector", "telegram", "facebook")


class Walk:
    """One walk. Ask for a turn, take it, ask for the next: what is said depends on what was asked.

    It follows rules and stories, one after the other: the first as it is told, by its seed another one than
    the next walk; later ones often with other things said in between.
    """

    def __init__(self, project: NativeProject, seed: int, *, dwells: bool = False) -> None:
        """Start over; equal seeds walk alike. `dwells`: amid a story one thing is said for long."""
        self.name = f"seed {seed}"
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._project = project
        self._dwells = dwells
        self._words = Vocabulary(project, self._chance)
        self._outside = Outside(project, self._words, self._chance)
        plans = self._words.plans
        self._plan: Plan = list(plans[seed % len(plans)]) if plans else []
        self._strays = dwells or self._chance.random() < _STRAYS
        self._answered = 0
        self._at = START
        self._number = 0
        self._channel = self._chance.choice(_CHANNELS)

    def turn(self) -> dict[str, Any]:
        """Return what is said next."""
        self._number += 1
        meddled = self._strays and self._chance.random() < _FROM_OUTSIDE
        said = self._outside.act() if meddled else self._say()
        # Sessions of a paused conversation end in Rasa, and the pause with them; here they do not. Events
        # from outside begin no session: one that is over by then could be paused by them.
        may_wait = "events" not in said and not self._project.tracker.live.paused
        waits = may_wait and self._chance.random() < 0.03
        self._at += _LONG_PAUSE if waits else _PAUSE
        return {"at": self._at, "number": self._number, "channel": self._channel, **said}

    def _say(self) -> dict[str, Any]:
        tracker, chance = self._project.tracker, self._chance
        if not self._strays:
            return self._follow(tracker)
        if chance.random() < 0.6:
            fitting = self._fitting(tracker)
            if fitting is not None:
                return fitting
        drawn = chance.random()
        if drawn < 0.65:
            return self._follow(tracker)
        if drawn < 0.75:
            return self._some_words()
        name = chance.choice(self._words.intents if drawn < 0.93 else _DEFAULT)
        return self._intent(name, self._words.entities())

    def _fitting(self, tracker: Tracker) -> dict[str, Any] | None:
        """Return something that fits where the conversation stands, if it waits for something."""
        if tracker.live.paused:
            return self._intent("restart", [])
        if tracker.live.loop_name == TWO_STAGE_FALLBACK:
            said = self._chance.choice(("nlu_fallback", "out_of_scope", *self._words.told))
            return self._intent(said, [])
        requested = tracker.live.slots.get(REQUESTED_SLOT)
        return self._answer(str(requested), tracker) if requested and tracker.live.loop_name else None

    def _follow(self, tracker: Tracker) -> dict[str, Any]:
        """Return what the plan says, which is another one where it is at its end."""
        if self._dwells and self._plan and self._chance.random() < _DWELLS:
            said = [step for step in self._chance.choice(self._words.plans) if isinstance(step, UserUttered)]
            self._plan[:0] = said[:1] * _DWELT
        while self._plan:
            step = self._plan[0]
            turn = self._step(step, tracker)
            if not isinstance(step, Fill) or turn is None:
                self._plan.pop(0)
                self._answered = 0
            if turn is not None:
                return turn
        if not self._words.plans:
            return self._intent(self._chance.choice(self._words.told), self._words.entities())
        self._strays = self._dwells or self._chance.random() < _STRAYS
        self._plan = [RESTART] if self._chance.random() < 0.2 else []
        self._plan += self._chance.choice(self._words.plans)
        return self._follow(tracker)

    def _step(self, step: UserUttered | Have | Fill, tracker: Tracker) -> dict[str, Any] | None:
        """Return a step of the plan as a turn; None where there is nothing to be done."""
        slots = tracker.live.slots
        match step:
            case UserUttered():
                return self._told(step)
            case Have(slot, value):
                if slots.get(slot) == value:
                    return None
                return {"events": [{"event": "slot", "name": slot, "value": value}]}
            case Fill(slot):
                requested = slots.get(REQUESTED_SLOT)
                self._answered += 1
                if not requested or not tracker.live.loop_name or requested == slot:
                    return None
                return self._answer(str(requested), tracker) if self._answered <= _PATIENCE else None

    def _told(self, said: UserUttered) -> dict[str, Any]:
        if said.text and not said.intent:
            return {"text": said.text, "parse": parse_json(said.text, None, [])}
        entities = [dict(entity) for entity in said.entities]
        for entity in entities:
            if entity.get("value") in ("", None) or (self._strays and self._chance.random() < 0.2):
                entity["value"] = self._words.value(str(entity["entity"]))
        if self._strays and self._chance.random() < 0.1:
            entities = self._words.entities()
        return self._intent(str(said.intent), entities)

    def _answer(self, slot: str, tracker: Tracker) -> dict[str, Any] | None:
        """Return something that fills the slot a form asks for, if its mappings tell how."""
        spec = tracker.catalogue.slots.get(slot)
        mappings = spec.mappings if spec else ()
        if spec is None or not mappings:
            return None
        mapping = self._chance.choice(mappings)
        intent = self._chance.choice(mapping.intent or self._words.told)
        match mapping.type:
            case MappingType.FROM_ENTITY:
                return self._intent(intent, [self._entity(mapping, spec)])
            case MappingType.FROM_TEXT:
                text = self._chance.choice(WORDS)
                return {"text": text, "parse": parse_json(text, intent, [])}
            case MappingType.FROM_INTENT:
                return self._intent(intent, [])
            case _:
                return None

    def _entity(self, mapping: SlotMapping, spec: SlotSpec) -> dict[str, Any]:
        value = self._words.value(str(mapping.entity))
        if spec.values and self._chance.random() < 0.7:
            value = self._chance.choice(spec.values)
        if spec.type is SlotType.FLOAT:
            value = self._chance.choice((0, 1, 2.5, "3", "many", -4, value))
        if spec.type is SlotType.BOOL:
            value = self._chance.choice((True, False, "true", "0", value))
        parts = {"entity": mapping.entity, "value": value, "role": mapping.role, "group": mapping.group}
        return {key: part for key, part in parts.items() if part is not None}

    def _some_words(self) -> dict[str, Any]:
        text = self._chance.choice(WORDS)
        if self._chance.random() < 0.3:
            return {"text": text, "parse": _not_understood(text, self._chance.choice(self._words.intents))}
        return {
            "text": text,
            "parse": parse_json(text, self._chance.choice(self._words.told), self._words.entities()),
        }

    def _intent(self, intent: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
        """Return an intent as a button would send it; where that cannot be written, as words understood."""
        if intent == "nlu_fallback":
            text = self._chance.choice(WORDS)
            return {"text": text, "parse": _not_understood(text, self._chance.choice(self._words.intents))}
        domain = self._project.spec.domain
        is_retrieval = intent in self._project.dialogue.catalogue.retrieval_intents
        names = [entity["entity"] for entity in entities]
        simple = not is_retrieval and len(set(names)) == len(names)
        simple &= all(len(entity) == 2 and entity["entity"] in domain.entities for entity in entities)
        if simple and not any(isinstance(entity["value"], list) for entity in entities):
            values = {entity["entity"]: entity["value"] for entity in entities}
            return {"text": f"/{intent}{json.dumps(values) if values else ''}"}
        text = f"{intent.replace('_', ' ')} please"
        return {"text": text, "parse": parse_json(text, intent, entities, selected=self._selected(intent))}

    def _selected(self, intent: str) -> dict[str, Any]:
        keys = [
            name.removeprefix("utter_")
            for name in self._project.spec.domain.responses
            if name.startswith(f"utter_{intent}/")
        ]
        if not keys:
            return {}
        key = self._chance.choice(keys)
        answer = {"intent_response_key": key, "utter_action": f"utter_{key}", "confidence": 0.9}
        return {intent: {"response": answer}}


def parse_json(
    text: str,
    intent: str | None,
    entities: list[dict[str, Any]],
    *,
    confidence: float = 0.9,
    selected: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return Rasa's parse JSON."""
    score = {"name": intent, "confidence": confidence if intent else 0.0}
    return {
        "text": text,
        "intent": score,
        "entities": [{"start": 0, "end": len(text), **entity} for entity in entities],
        "text_tokens": [],
        "intent_ranking": [score] if intent else [],
        "response_selector": selected or {},
    }


def _not_understood(text: str, guess: str) -> dict[str, Any]:
    parse = parse_json(text, "nlu_fallback", [], confidence=0.4)
    return {**parse, "intent_ranking": [parse["intent"], {"name": guess, "confidence": 0.3}]}
