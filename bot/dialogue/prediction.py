"""What a policy thinks comes next, and how several opinions become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.dialogue.events import LISTEN, Event, UserFeaturized

if TYPE_CHECKING:
    from bot.dialogue.tracker import Tracker


class Prediction(NamedTuple):
    """One opinion. `action` None: the policy has none. It is a tuple since each action takes several.

    `events` are to be logged before the action, whichever policy wins. `ignores_user`: made
    whatever the user said (a loop on its way), which beats everything. `by_text`: made by the
    words of the message. `otherwise` is the next best action, should this one just have been
    rejected. `source` says where a rule policy has it from.
    """

    policy: str
    priority: int
    action: str | None = None
    confidence: float = 0.0
    events: tuple[Event, ...] = ()
    ignores_user: bool = False
    by_text: bool = False
    hidden: bool = False
    otherwise: tuple[str, float] | None = None
    source: str = ""


def score_of(tracker: Tracker, *, by_confidence: bool) -> float:
    """Return what a certain prediction counts: 1, or as much as the last message was understood."""
    message = tracker.live.message
    return message.confidence if by_confidence and message is not None else 1.0


def is_settled(prediction: Prediction, priority: int, tracker: Tracker) -> bool:
    """Tell whether no opinion of a policy of that priority can count more."""
    is_certain = prediction.confidence >= 1.0 and prediction.action not in (None, tracker.books.rejected)
    return is_certain and priority < prediction.priority


def combine(predictions: list[Prediction], tracker: Tracker) -> Prediction:
    """Choose among opinions, one per policy, and settle what is logged before the action.

    An action that was just rejected counts nothing. If nobody has an opinion left, the bot
    listens: in Rasa the first action of the domain wins where all have probability zero. The
    action may be one that the domain does not know: whoever carries it out must say so.
    """
    sound = [_without_rejected(prediction, tracker.books.rejected) for prediction in predictions]
    best = sound[0] if len(sound) == 1 else _likeliest(sound)
    events = best.events if len(sound) == 1 else tuple(event for each in sound for event in each.events)
    if tracker.live.action == LISTEN:
        events = (*events, UserFeaturized(by_text=best.by_text))
    return best._replace(action=LISTEN if best.action is None else best.action, events=events)


def _likeliest(predictions: list[Prediction]) -> Prediction:
    candidates = (
        [each for each in predictions if each.ignores_user]
        or [each for each in predictions if each.by_text]
        or predictions
    )
    return max(candidates, key=lambda each: (each.confidence, each.priority))


def _without_rejected(prediction: Prediction, rejected: str | None) -> Prediction:
    if rejected is None or prediction.action != rejected:
        return prediction
    action, confidence = prediction.otherwise or (None, 0.0)
    if action == rejected:
        action, confidence = None, 0.0
    return prediction._replace(action=action, confidence=confidence)
