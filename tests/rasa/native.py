"""The native engine in the same conversations as Rasa, observed the same way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.connector.rasa_items import render_items
from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.tracker_json import tracker_from_json
from bot.domain.action_spec import ActionsSpec
from bot.domain.trigger import Trigger
from bot.domain.understanding import Entity, IntentScore, Understanding
from bot.engines.engine import Turn
from bot.engines.native.actions import Errand, LocalActions
from bot.engines.native.engine import NativeEngine
from bot.engines.steering import AppendEvents
from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from tests.conversations.talk import message
from tests.rasa.observation import observe, plain
from tests.rasa.plans import plans_of
from tests.rasa.reached import Reached

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.dialogue.calls import Outcome
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.engines.engine import TurnResult
    from bot.engines.steering import Steerable
    from tests.rasa.projects import Prepared


class Chooser:
    """Chooses among variations of a response as `real_rasa.py` does: by the number of the turn."""

    def __init__(self) -> None:
        """Begin with the first turn."""
        self.turn = 0

    def __call__(self, variations: Sequence[Any]) -> Any:
        """Return one of `variations`."""
        return variations[self.turn % len(variations)]


class Given:
    """Understands what it was told a text means."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.parse_data: Mapping[str, Any] = {}

    async def parse(self, text: str) -> Understanding:
        """Return what was given."""
        return understood(text, self.parse_data)

    async def close(self) -> None:
        """Release nothing."""


class Overheard(LocalActions):
    """A project's actions. Which of them run is counted, also those that forms run by themselves."""

    def __init__(self, actions: Mapping[str, Any], reached: Reached) -> None:
        """Hold them; none may take long."""
        super().__init__(actions, ActionsSpec(limit=timedelta(seconds=5)))
        self._reached = reached

    @override
    async def run(self, errand: Errand) -> Outcome:
        self._reached.ran(errand.call.name)
        return await super().run(errand)


class NativeProject:
    """A project compiled. It plays one conversation after the other."""

    def __init__(self, project: Prepared) -> None:
        """Read and compile the project in its folder."""
        loaded = load_project(project.root, {})
        self.spec, self.examples = loaded.dialogue, loaded.training.examples
        self.reached = Reached(self.spec, compile_dialogue(self.spec))
        self.dialogue = self.reached.dialogue
        self.plans = plans_of(self)
        self.choose, self.words = Chooser(), Given()
        self.engine = NativeEngine(
            dialogue=self.dialogue,
            interpreter=self.words,
            actions=Overheard(load_actions(project.root), self.reached),
            choose=self.choose,
        )
        self.stored: JsonObject | None = None
        self.gave_up = False
        self.turns = 0
        self._past: list[JsonObject] = []

    def begin(self) -> None:
        """Begin a new conversation."""
        self.stored, self.gave_up, self._past = None, False, []

    @property
    def tracker(self) -> Tracker:
        """The conversation as it stands."""
        return tracker_from_json(self.stored, self.dialogue.catalogue)

    async def _newest(self, most: int) -> Sequence[JsonObject]:
        """Return the events of the turns before, for actions that look far back."""
        return self._past[-most:]

    async def take(self, turn: dict[str, Any]) -> dict[str, Any]:
        """Take a turn and return what is observed."""
        self.choose.turn, self.words.parse_data = turn["number"], turn.get("parse") or {}
        blank = Turn(
            sender_id="a",
            channel=turn["channel"],
            messages=(),
            tracker=self.stored,
            now=datetime.fromtimestamp(turn["at"], UTC),
            metadata=turn.get("metadata") or {},
            log=self._newest,
        )
        result = await play(self.engine, blank, turn)
        self._past += plain(result.events)
        self.stored, self.turns = plain(result.tracker), self.turns + 1
        self.gave_up = result.handoff is not None and result.handoff.reason == "bot_failed"
        now = self.tracker.live
        self.reached.happened(result.events)
        observed = observe(
            events=result.events,
            replies=[item for reply in result.replies for item in as_rasa_sends(reply)],
            slots=now.slots,
            loop=now.loop_name,
            paused=now.paused,
            action=now.action,
            followup=self.tracker.applied.followup,  # Rasa forgets a restart's own with its store
        )
        return plain(observed)  # type: ignore[no-any-return]  # without tuples


async def play(engine: Steerable, blank: Turn, turn: dict[str, Any]) -> TurnResult:
    """Have an engine do what a turn says (see `real_rasa.py`). `blank` is where the conversation stands."""
    if "events" in turn:
        return await engine.steer(blank, AppendEvents(events=tuple(turn["events"]), say=True))
    if "trigger" in turn:
        trigger = Trigger(intent=turn["trigger"], entities=tuple(turn["entities"]))
        return await engine.respond(replace(blank, trigger=trigger))
    said = message(turn["text"], number=turn["number"])
    return await engine.respond(replace(blank, messages=(said,)))


def as_rasa_sends(reply: Content) -> list[dict[str, Any]]:
    """Return a reply as our REST channel sends it, which should be as Rasa's does, without to whom."""
    items = [dict(item) for item in render_items(reply, "a")]
    return [{key: part for key, part in item.items() if key != "recipient_id"} for item in items]


def understood(text: str, parse_data: Mapping[str, Any]) -> Understanding:
    """Return Rasa's parse JSON as ours."""
    intent = parse_data.get("intent") or {}
    name = intent.get("name")
    ranking = tuple(
        IntentScore(name=each["name"], confidence=each["confidence"])
        for each in parse_data.get("intent_ranking") or ()
    )
    return Understanding(
        text=text,
        intent=IntentScore(name=name, confidence=intent["confidence"]) if name else None,
        ranking=ranking,
        entities=tuple(
            Entity(
                entity=each["entity"],
                value=each["value"],
                start=each.get("start"),
                end=each.get("end"),
                role=each.get("role"),
                group=each.get("group"),
            )
            for each in parse_data.get("entities") or ()
        ),
        response_selector=parse_data.get("response_selector") or {},
        fallback=name == "nlu_fallback",
    )
