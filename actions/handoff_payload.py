"""What a person needs to know when a conversation is handed to them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from rasa_sdk import Tracker

from actions.catalogue import get_product
from actions.order_number import parse_order_number
from actions.said import Said, read_said

QUOTE_LENGTH = 160
LANGUAGE = "en"  # the brand's, as config.yml has it

Priority = Literal["normal", "high", "urgent"]
Queue = Literal["support", "billing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a person is needed. `code` is what the desk counts, `title` what staff read."""

    code: str
    title: str
    priority: Priority = "normal"
    queue: Queue = "support"


ASKED_FOR_PERSON = Reason(code="asked_for_person", title="Asked for a person")
NOT_UNDERSTOOD = Reason(code="not_understood", title="The bot did not understand")
ORDER_NOT_FOUND = Reason(code="order_not_found", title="Found no order with what the customer gave")

REASONS = MappingProxyType(
    {
        "ask_for_person": ASKED_FOR_PERSON,
        "safety": Reason(code="safety", title="Safety: heat, smoke, swelling or a shock", priority="urgent"),
        "data_request": Reason(code="data_request", title="Asks about their data or account"),
        "complaint_late_delivery": Reason(
            code="complaint_late_delivery", title="Late delivery", priority="high"
        ),
        "complaint_broken_item": Reason(code="complaint_broken_item", title="Broken item", priority="high"),
        "complaint_double_charge": Reason(
            code="complaint_double_charge", title="Charged wrongly", priority="urgent", queue="billing"
        ),
        "complaint_refund": Reason(
            code="complaint_refund", title="Wants a refund", priority="high", queue="billing"
        ),
        "complaint_rude_service": Reason(
            code="complaint_rude_service", title="Rude service", priority="high"
        ),
        "complaint_no_answer": Reason(code="complaint_no_answer", title="Got no answer", priority="high"),
        "complaint_other": Reason(code="complaint_other", title="Complaint"),
    }
)


def get_reason(intent: str | None) -> Reason:
    """Return the reason an intent stands for; an intent that stands for none was not understood."""
    return REASONS.get(intent or "", NOT_UNDERSTOOD)


def create_handoff_payload(tracker: Tracker, reason: Reason) -> dict[str, Any]:
    """Return the custom message that asks for a person: reason, priority, queue, summary."""
    return {
        "handoff": {
            "reason": reason.code,
            "priority": reason.priority,
            "queue": reason.queue,
            "summary": _summarise(tracker, reason),
        }
    }


def _summarise(tracker: Tracker, reason: Reason) -> str:
    """Tell what this message named as its own, and apart from it what was spoken of before.

    Who asks about one order and then complains need not complain about that order.
    """
    said = read_said(tracker)
    here = list(dict.fromkeys(_find_facts(said[:1])))
    before = [fact for fact in dict.fromkeys(_find_facts(said[1:])) if fact not in here]
    parts = [", ".join((reason.title, *here)) + "."]
    if before:
        parts.append(f"Spoken of before: {', '.join(before)}.")
    foreign = next((message.language for message in said if message.language not in (None, LANGUAGE)), None)
    if foreign:
        parts.append(f"They write in another language ({foreign}).")
    quote = _shorten(_get_last_words(tracker, said))
    if quote:
        parts.append(f"Last words: “{quote}”")
    return " ".join(parts)


def _find_facts(said: Iterable[Said]) -> Iterator[str]:
    for message in said:
        numbers = (parse_order_number(value) for value in message.get_named("order_number"))
        yield from (f"order {number}" for number in numbers if number)
        products = (get_product(value) for value in message.get_named("product"))
        yield from (product.name for product in products if product)


def _get_last_words(tracker: Tracker, said: list[Said]) -> str:
    """Return the last thing the customer typed; a button's payload is not the customer's words."""
    latest = str((tracker.latest_message or {}).get("text") or "")
    texts = (latest, *(message.text for message in said))
    return next((text for text in texts if text and not text.startswith("/")), "")


def _shorten(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTE_LENGTH else words[: QUOTE_LENGTH - 1].rstrip() + "…"
