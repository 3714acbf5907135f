"""What a person needs to know when a conversation is handed to them."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from rasa_sdk import Tracker

from actions.order_number import parse_order_number

QUOTE_LENGTH = 160

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

REASONS = MappingProxyType(
    {
        "ask_for_person": ASKED_FOR_PERSON,
        "complaint_late_delivery": Reason(
            code="complaint_late_delivery", title="Late delivery", priority="high"
        ),
        "complaint_broken_item": Reason(code="complaint_broken_item", title="Broken item", priority="high"),
        "complaint_double_charge": Reason(
            code="complaint_double_charge", title="Charged wrongly", priority="urgent", queue="billing"
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
    number = tracker.get_slot("order_number") or tracker.get_slot("last_order_number")
    order = parse_order_number(str(number or ""))
    product = tracker.get_slot("product")
    facts = [reason.title]
    if order:
        facts.append(f"order {order}")
    if product:
        facts.append(f"about the {product}")
    quote = _shorten(_get_last_words(tracker))
    return ", ".join(facts) + "." + (f" Last words: “{quote}”" if quote else "")


def _get_last_words(tracker: Tracker) -> str:
    """Return the last thing the customer typed; a button's payload is not the customer's words."""
    texts = (str(event.get("text") or "") for event in reversed(tracker.events) if event["event"] == "user")
    latest = str((tracker.latest_message or {}).get("text") or "")
    return next((text for text in (latest, *texts) if text and not text.startswith("/")), "")


def _shorten(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= QUOTE_LENGTH else words[: QUOTE_LENGTH - 1].rstrip() + "…"
