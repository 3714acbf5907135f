"""Orders of programs, as real Rasa carries them out: what is asked of it, and what of the outcome counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.events import LISTEN, SESSION_START
from bot.engines.native.steering import read_events
from bot.engines.steering import AppendEvents, BeginSession, Forecast, LogMessage, RunAction
from bot.errors import EngineError, UnknownAction

if TYPE_CHECKING:
    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject
    from bot.engines.rasa.client import RasaClient
    from bot.engines.steering import Order

SESSION: tuple[JsonObject, ...] = (
    {"event": "action", "name": SESSION_START},
    {"event": "session_started"},
    {"event": "action", "name": LISTEN},
)


def check_order(order: Order, catalogue: Catalogue) -> None:
    """Refuse what Rasa would answer with an unexplained failure. Raises `BadEvent`, `UnknownAction`."""
    if isinstance(order, AppendEvents):
        read_events(order.events)
    elif isinstance(order, RunAction) and not catalogue.has_action(order.name):
        raise UnknownAction(order.name)


async def carry_out(client: RasaClient, sender_id: str, order: Order, tracker: Tracker) -> None:
    """Have Rasa do it. What a person's own store holds is added to, also where the events are to be all."""
    match order:
        case BeginSession():
            if tracker.is_empty:
                await client.append(sender_id, SESSION)
        case AppendEvents():
            begins = tuple(event.get("event") for event in order.events[:2]) == ("action", "session_started")
            await client.append(sender_id, (*(() if begins or not order.anew else SESSION), *order.events))
        case LogMessage():
            given = {} if order.parse_data is None else {"parse_data": order.parse_data}
            await client.log(sender_id, {"text": order.text, "sender": "user", **given})
        case RunAction():
            body: JsonObject = {"name": order.name, "policy": order.policy, "confidence": order.confidence}
            await client.execute(sender_id, body)


def name_logged(events: list[JsonObject], message_id: str) -> list[JsonObject]:
    """Return the events with our id in the message that was logged last: Rasa makes one of its own."""
    last = max((place for place, event in enumerate(events) if event.get("event") == "user"), default=None)
    return [
        {**event, "message_id": message_id} if place == last else event for place, event in enumerate(events)
    ]


def read_forecast(answer: JsonObject) -> Forecast:
    """Read the body of `POST /model/predict`. Raises `EngineError` for anything else."""
    scores: Any = answer.get("scores")
    confidence, policy = answer.get("confidence"), answer.get("policy")
    try:
        return Forecast(
            scores=tuple((str(each["action"]), float(each["score"])) for each in scores),
            policy=None if policy is None else str(policy),
            confidence=float(confidence),  # type: ignore[arg-type]  # looked at below
        )
    except (LookupError, TypeError, ValueError) as error:
        raise EngineError("Rasa answered with something that is no prediction") from error
