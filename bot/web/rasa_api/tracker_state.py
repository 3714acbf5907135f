"""A conversation as Rasa's tracker state: the same keys, in the same words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.whole_events import whole_event, whole_loop
from bot.domain.conversation import BOT_MAY_SPEAK
from bot.web.rasa_api.parameters import Verbosity
from bot.web.rasa_api.rest import NOTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import Json, JsonObject
    from bot.service.look_into import Insight
    from bot.storage.steering import Standing

_KEYS = (
    *("sender_id", "slots", "latest_message", "latest_event_time", "followup_action", "paused", "events"),
    *("latest_input_channel", "active_loop", "latest_action", "latest_action_name"),
)


def render_state(insight: Insight, verbosity: Verbosity, standing: Standing | None) -> JsonObject:
    """Return the state. Where a person has the conversation, `visavis` says so: Rasa has no such key."""
    last = insight.events[-1] if insight.events else {}
    own: dict[str, Json] = {
        "latest_event_time": last.get("timestamp"),
        "events": choose_events(insight, verbosity),
        "active_loop": whole_loop(insight.state.get("active_loop")),
    }
    state = {key: own[key] if key in own else insight.state.get(key) for key in _KEYS}
    return {**state, **render_holder(standing)}


def render_holder(standing: Standing | None) -> JsonObject:
    """Say who has the conversation, where it is not the bot."""
    if standing is None or standing.status in BOT_MAY_SPEAK:
        return {}
    status = standing.status.value
    return {"visavis": {"status": status, "note": NOTES[status]}}


def choose_events(insight: Insight, verbosity: Verbosity) -> list[JsonObject] | None:
    """Return the events to be told of."""
    events: Sequence[JsonObject]
    match verbosity:
        case Verbosity.NONE:
            return None
        case Verbosity.ALL:
            events = insight.events
        case Verbosity.APPLIED:
            events = insight.applied or ()
        case Verbosity.AFTER_RESTART:
            events = after_restart(insight.events)
    return [whole_event(event) for event in events]


def after_restart(events: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    """Return what was logged after the last restart."""
    starts = (number + 1 for number in range(len(events) - 1, -1, -1) if events[number]["event"] == "restart")
    return events[next(starts, 0) :]


def render_prediction(insight: Insight, verbosity: Verbosity, standing: Standing | None) -> JsonObject:
    """Return what would be done next, the actions in the domain's order."""
    forecast = insight.forecast
    assert forecast is not None
    return {
        "scores": [{"action": action, "score": score} for action, score in forecast.scores],
        "policy": forecast.policy,
        "confidence": forecast.confidence,
        "tracker": render_state(insight, verbosity, standing),
    }


def rank_scores(prediction: JsonObject) -> JsonObject:
    """Put the likeliest actions first, and equally likely ones in the order of their names."""
    scores: Any = prediction["scores"]
    ranked: list[Json] = sorted(scores, key=_by_likelihood)
    return {**prediction, "scores": ranked}


def _by_likelihood(score: Any) -> tuple[float, str]:
    return -score["score"], score["action"]
