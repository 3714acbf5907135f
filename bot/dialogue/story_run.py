"""A test story played through, as Rasa's `core/test.py` does: what would the bot do at each action?

No action is run. Events come from the story, whatever was predicted, so one mistake does not bring others
after it. The first event is given, as in Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from bot.dialogue.catalogue import ActionKind
from bot.dialogue.dialogue import MOST_ACTIONS_PER_TURN
from bot.dialogue.events import LISTEN, ActionExecuted, ActionRejected, Event, LoopSet, SlotSet, UserUttered
from bot.dialogue.tracker import new_tracker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.tracker import Tracker
    from bot.dialogue.training import Training
    from bot.domain.json import Json, JsonObject

CIRCUIT_BREAKER = "circuit breaker tripped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """An action of the story, and the one predicted. `is_text`: it is an end-to-end text of the bot."""

    expected: str
    predicted: str
    policy: str = ""
    confidence: float = 0.0
    is_text: bool = False

    @property
    def right(self) -> bool:
        """Tell whether they are the same."""
        return self.expected == self.predicted


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStep:
    """A user message of the story, and what was understood. `text` is None where the story names an intent.

    An entity is (start, end, name, value).
    """

    text: str | None
    intent: str | None
    predicted: str | None
    entities: frozenset[Found]
    found: frozenset[Found]

    @property
    def right(self) -> bool:
        """Tell whether intent and entities are as the story says."""
        return self.intent == self.predicted and self.entities == self.found


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStep:
    """A slot or loop that the story sets, or the action it begins with."""

    event: SlotSet | LoopSet | ActionExecuted


StoryStep: TypeAlias = ActionStep | MessageStep | GivenStep
Found: TypeAlias = "tuple[Json, Json, str, str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRun:
    """A story's result. `names` is more than one where checkpoints join stories."""

    names: tuple[str, ...]
    steps: tuple[StoryStep, ...]

    @property
    def passed(self) -> bool:
        """Tell whether everything was predicted as the story says."""
        return all(isinstance(step, GivenStep) or step.right for step in self.steps)


def run_story(dialogue: Dialogue, story: Training, parsed: Mapping[str, JsonObject]) -> StoryRun:
    """Play one story. `parsed` is Rasa's parse result of each text that stands in it."""
    tracker = new_tracker(dialogue.catalogue)
    steps: list[StoryStep] = []
    for number, event in enumerate(story.tracker.log):
        if number and isinstance(event, ActionExecuted):
            step, tracker = _act(dialogue, event, tracker)
            steps.append(step)
        elif isinstance(event, UserUttered):
            message, heard = _hear(event, parsed)
            steps.append(message)
            tracker = tracker.apply(heard)
            continue
        elif isinstance(event, SlotSet | LoopSet) or (
            isinstance(event, ActionExecuted) and event.name != LISTEN
        ):
            steps.append(GivenStep(event=event))
        tracker = tracker.apply(event)
    return StoryRun(names=story.names, steps=tuple(steps))


def _act(dialogue: Dialogue, event: ActionExecuted, tracker: Tracker) -> tuple[ActionStep, Tracker]:
    """Compare an action with the predicted one; a form in the way of it may have refused to run."""
    expected = str(event.name or event.text)
    step = _predict(dialogue, expected, tracker)
    loop = tracker.live.loop_name
    if not step.right and step.policy and loop == step.predicted and loop in dialogue.catalogue.domain.forms:
        tracker = tracker.apply(ActionRejected(name=loop))
        step = _predict(dialogue, expected, tracker)
    return replace(step, is_text=event.name is None), tracker


def _predict(dialogue: Dialogue, expected: str, tracker: Tracker) -> ActionStep:
    if tracker.books.since_listen >= MOST_ACTIONS_PER_TURN:
        return ActionStep(expected=expected, predicted=CIRCUIT_BREAKER)
    prediction = dialogue.predict(tracker)
    action = str(prediction.action)
    if action != expected and dialogue.catalogue.kind_of(action) is ActionKind.RETRIEVAL:
        message = tracker.live.message
        action = _selected(action, message.parse_data if message else {})
    return ActionStep(
        expected=expected, predicted=action, policy=prediction.policy, confidence=prediction.confidence
    )


def _selected(action: str, parse: JsonObject) -> str:
    """Return `utter_faq/hours` for `utter_faq`, where an answer is selected."""
    key = _retrieval_key(action.removeprefix("utter_"), parse)
    return f"utter_{key}" if key else action


def _retrieval_key(intent: str | None, parse: JsonObject) -> str | None:
    found: Json = parse
    for name in ("response_selector", intent or "", "response", "intent_response_key"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _hear(event: UserUttered, parsed: Mapping[str, JsonObject]) -> tuple[MessageStep, Event]:
    """Compare what was understood with what the story says. What goes on is what the story says."""
    parse = parsed.get(event.text, {}) if event.text else event.parse_data
    intent = parse.get("intent")
    name = intent.get("name") if isinstance(intent, dict) else None
    predicted = None if name is None else str(name)
    if predicted != event.intent:
        predicted = _retrieval_key(predicted, parse) or predicted
    found = parse.get("entities")
    step = MessageStep(
        text=event.text,
        intent=event.intent,
        predicted=predicted,
        entities=frozenset(map(_found, event.entities)),
        found=frozenset(map(_found, found if isinstance(found, list) else ())),
    )
    if not step.right:
        # As in Rasa, what was misread goes on with its key, and without roles and groups.
        return step, replace(event, entities=tuple(map(_bare, event.entities)))
    selector = {"response_selector": parse["response_selector"]} if "response_selector" in parse else {}
    base = None if event.intent is None else event.intent.partition("/")[0]
    return step, replace(event, intent=base, parse_data={**event.parse_data, **selector})


def _bare(entity: JsonObject) -> JsonObject:
    return {key: value for key, value in entity.items() if key not in ("role", "group")}


def _found(entity: JsonObject) -> Found:
    value = entity.get("value")
    return (entity.get("start"), entity.get("end"), str(entity.get("entity")), str(value))


def is_listening(step: StoryStep) -> bool:
    """Tell whether a step is the listening that stands in no file, rightly predicted."""
    return isinstance(step, ActionStep) and step.expected == LISTEN and step.right
