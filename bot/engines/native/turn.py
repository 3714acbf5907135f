"""One turn of the native engine: hear, fill slots, then predict and act until the bot listens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.dialogue.calls import ActionRefused
from bot.dialogue.catalogue import SESSION_METADATA_SLOT, ActionKind
from bot.dialogue.dialogue import MOST_ACTIONS_PER_TURN
from bot.dialogue.event_json import event_json, user_event
from bot.dialogue.events import (
    LISTEN,
    REQUESTED_SLOT,
    SESSION_START,
    ActionExecuted,
    ActionRejected,
    BotUttered,
    Event,
    LoopSet,
    Paused,
    Resumed,
    SlotSet,
    UserUttered,
)
from bot.dialogue.execute import execute
from bot.dialogue.extraction import extract_slots
from bot.dialogue.messages import contents, handoff_of
from bot.dialogue.prediction import Prediction
from bot.domain.handoff import HandoffRequest, Priority
from bot.domain.message import INPUT_CHANNEL
from bot.engines.native.actions import Errand
from bot.engines.unsupported import say_unsupported
from bot.errors import ActionError
from bot.nlu.parse_json import render_parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.dialogue.calls import Call, Steps
    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.scene import Scene
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.domain.trigger import Trigger
    from bot.engines.at_once import Heard
    from bot.engines.native.action_history import History
    from bot.engines.native.actions import ActionRunner

log = structlog.get_logger(__name__)

_SORRY = "utter_error"
_MOST_PREDICTIONS = 3 * MOST_ACTIONS_PER_TURN  # refused actions count nowhere else
_NO_POLICY = Prediction(policy="", priority=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all that happens in a turn has in common."""

    dialogue: Dialogue
    scene: Scene
    actions: ActionRunner
    sender_id: str
    now: datetime
    history: History


class TurnRun:
    """A turn in progress: the tracker so far, and what is to be returned."""

    def __init__(self, stage: Stage, tracker: Tracker) -> None:
        """Begin a turn on `tracker`."""
        self._stage = stage
        self._at = stage.now.timestamp()
        self.tracker = tracker
        self.events: list[JsonObject] = []
        self.replies: list[Content] = []
        self.handoff: HandoffRequest | None = None

    def resume(self) -> None:
        """Take the conversation back from a person: speak again, in no form, listening."""
        if self.tracker.is_empty:
            return
        self._log(Resumed())
        if self.tracker.live.loop_name is not None:
            self._log(LoopSet(name=None), SlotSet(name=REQUESTED_SLOT, value=None))
        if self.tracker.live.action != LISTEN:
            # A pause ends the turn before the bot listens; Rasa would then not know what follows.
            self._log(ActionExecuted(name=LISTEN))

    async def hear(self, heard: Heard, message_id: str, metadata: JsonObject) -> None:
        """Take in one utterance and answer it, or hand over at once."""
        await self._start_session(metadata)
        self._log(
            user_event(
                render_parse(heard.understanding),
                input_channel=str(metadata.get(INPUT_CHANNEL) or self._stage.scene.channel),
                message_id=message_id,
                metadata=metadata,
                timestamp=self._at,
            ),
        )
        may_speak = self._may_speak()
        if heard.by_rules:
            await self._extract()
            await self._answer()
        if heard.request and may_speak and self.handoff is None and not self.tracker.live.paused:
            self._hand_over(heard)

    def _hand_over(self, heard: Heard) -> None:
        """Promise a person in the project's words, if it has any, and fall silent, ready to be given back."""
        assert heard.request is not None
        promised = self._stage.scene.utter(heard.promise, self.tracker.live.slots) if heard.promise else ()
        listens = () if self.tracker.live.action == LISTEN else (ActionExecuted(name=LISTEN),)
        self._log(*promised, *listens, Paused())
        self._say(promised)
        self._ask_for_person(heard.request)

    async def answer_unsupported(self, metadata: JsonObject) -> None:
        """Say that something could not be seen, unless the bot is silenced. No policy decides about it."""
        await self._start_session(metadata)
        if self._may_speak():
            events = say_unsupported(self._stage.scene, self.tracker.live.slots)
            self._log(*events)
            self._say(events)

    async def trigger(self, trigger: Trigger) -> None:
        """Act on an intent that nobody said. To what the policies see it is a message like any other."""
        await self._start_session({})
        intent: JsonObject = {"name": trigger.intent}
        self._log(
            user_event(
                {"intent": intent, "entities": list(trigger.entities), "text": trigger.text},
                input_channel=self.tracker.books.input_channel,
                metadata={"is_external": True},
            ),
        )
        await self._extract()
        await self._answer()

    async def _answer(self) -> None:
        """Act until the bot listens, is silenced, or goes round in circles."""
        for _ in range(_MOST_PREDICTIONS):
            if not self._may_speak() or not await self._predict_and_act():
                return
        self._give_up("The bot's actions kept on refusing to run.")

    def _may_speak(self) -> bool:
        now = self.tracker.live
        return not now.paused or now.intent == "restart"

    async def _start_session(self, metadata: JsonObject) -> None:
        """Start a session where none is, or the last one expired.

        Unlike Rasa's, a session never expires while the bot is paused: that would end the pause.
        """
        if not self.tracker.is_empty and (self.tracker.live.paused or not self._has_expired()):
            return
        if metadata:
            self._log(SlotSet(name=SESSION_METADATA_SLOT, value=metadata))
        await self._act(_NO_POLICY._replace(action=SESSION_START, confidence=1.0))

    def _has_expired(self) -> bool:
        """Tell whether the last message *that counts* is too old: a form's later answers do not count."""
        expiration = self._stage.dialogue.catalogue.domain.session.expiration
        message = self.tracker.applied.message
        if not expiration or message is None:
            return False
        return self._at - message.timestamp > expiration.total_seconds()

    async def _extract(self) -> None:
        events = await self._drive(extract_slots(self._stage.scene, self.tracker))
        self._log(*events)
        self._say(events)

    async def _predict_and_act(self) -> bool:
        """Take one action; tell whether another one comes."""
        if self._goes_in_circles():
            self._give_up("The bot kept on acting without end.")
            return False
        prediction = self._stage.dialogue.predict(self.tracker)
        if not self._stage.scene.catalogue.has_action(str(prediction.action)):
            # A model trained elsewhere: `visavis check` would have refused it here.
            self._give_up(f"The bot was to do {prediction.action}, which does not exist.")
            return False
        if prediction.by_text:
            await self._extract()
        await self._act(prediction)
        return prediction.action not in (LISTEN, SESSION_START)

    def _goes_in_circles(self) -> bool:
        """Tell whether Rasa's circuit breaker trips: never right after listening, as after a rewind."""
        too_many = self.tracker.books.since_listen >= MOST_ACTIONS_PER_TURN
        return too_many and self.tracker.live.action not in (LISTEN, SESSION_START)

    async def _act(self, prediction: Prediction) -> None:
        """Carry out a predicted action. If it fails, that ends the turn, and a person takes over."""
        action = str(prediction.action)
        policy_events = [self._stamped(event) for event in prediction.events]
        before = self.tracker.apply_all(policy_events)
        try:
            events = await self._drive(execute(self._stage.scene, action, before))
        except ActionRefused:
            rejection = ActionRejected(
                name=action, policy=prediction.policy, confidence=prediction.confidence
            )
            self._log(rejection)
            self.tracker = self.tracker.without_followup()
            return
        except ActionError as error:
            self._go_on(before, policy_events)
            self._log(self._executed(prediction, error=str(error)))
            self._give_up(str(error))
            return
        if not any(isinstance(event, ActionRejected) for event in events):
            self._go_on(before, policy_events)
            self._log(self._executed(prediction))
        else:
            self.tracker = self.tracker.without_followup()
        self._log(*events)
        if any(isinstance(event, UserUttered) for event in events):
            await self._extract()
        self._say(events)

    def _executed(self, prediction: Prediction, *, error: str | None = None) -> ActionExecuted:
        action = str(prediction.action)
        is_text = self._stage.dialogue.catalogue.kind_of(action) is ActionKind.TEXT
        return ActionExecuted(
            name=None if is_text else action,
            text=action if is_text else None,
            policy=prediction.policy or None,
            confidence=prediction.confidence,
            hidden=prediction.hidden,
            metadata={"error": error} if error else {},
            timestamp=self._at,
        )

    def _give_up(self, summary: str) -> None:
        """Say sorry, if the project has words for it, ask for a person, and fall silent."""
        log.error("The bot gives up", reason=summary)
        sorry = self._stage.scene.utter(_SORRY, self.tracker.live.slots)
        self._log(*sorry, Paused())
        self._say(sorry)
        self._ask_for_person(HandoffRequest(reason="bot_failed", priority=Priority.HIGH, summary=summary))

    def _say(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, BotUttered):
                self.replies.extend(contents(event))
                handoff = handoff_of(event)
                if handoff:
                    self._ask_for_person(handoff)

    def _ask_for_person(self, handoff: HandoffRequest) -> None:
        """Keep the first reason: what comes later in a turn follows from it."""
        self.handoff = self.handoff or handoff

    def _log(self, *events: Event) -> None:
        if events:
            stamped = [self._stamped(event) for event in events]
            self._go_on(self.tracker.apply_all(stamped), stamped)

    def _go_on(self, tracker: Tracker, events: Iterable[Event]) -> None:
        """Go on with the tracker as it is after `events`."""
        self.tracker = tracker
        self.events.extend(event_json(event) for event in events)

    def _stamped(self, event: Event) -> Event:
        return event if event.timestamp == self._at else replace(event, timestamp=self._at)

    def _errand(self, call: Call) -> Errand:
        return Errand(
            call=call,
            sender_id=self._stage.sender_id,
            domain=self._stage.dialogue.catalogue.domain.raw,
            history=self._stage.history,
        )

    async def _drive(self, steps: Steps) -> tuple[Event, ...]:
        """Run a computation to its end, carrying out the actions that it asks for."""
        try:
            call = next(steps)
            while True:
                try:
                    outcome = await self._stage.actions.run(self._errand(call))
                except ActionRefused as refusal:
                    call = steps.throw(refusal)
                except ActionError as error:
                    # Here, since a failure while slots are filled ends nothing and would leave no trace.
                    log.exception("Action failed", action=call.name)
                    call = steps.throw(error)
                else:
                    call = steps.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's value has no type here
