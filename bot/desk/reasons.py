"""Why a person is needed, in words."""

from __future__ import annotations

from types import MappingProxyType

_WORDS = MappingProxyType(
    {
        "asked_for_person": "asked for a person",
        "not_understood": "the bot did not understand",
        "bot_failed": "the bot failed",
        "cannot_be_read": "sends what the bot cannot see",
        "promised": "the bot promised a person",
        "bot_paused": "the bot fell silent for a person",
        "bot_unsure": "the bot was unsure",
        "complaint_late_delivery": "delivery is late",
        "complaint_broken_item": "arrived broken",
        "complaint_double_charge": "charged twice",
        "complaint_rude_service": "rude service",
        "complaint_no_answer": "got no answer",
        "complaint_other": "complains",
        "complaint_unclear": "complains, of what is unclear",
        "complaint_refund": "wants a refund",
        "safety": "heat, smoke or swelling",
        "data_request": "asks about their data",
        "order_not_found": "found no order with what was given",
        "not_moved": "could not be written to in private",
        "delivery_failed": "our answer did not arrive",
        "delivery_partial": "only part of our answer arrived",
        "delivery_unknown": "our answer may not have arrived",
        "staff_wrote": "a colleague wrote in the platform's own app",
    },
)


def describe_reason(code: str) -> str:
    """Return the words of a reason code; an unknown code is shown as it is, without underscores."""
    return _WORDS.get(code) or code.replace("_", " ").strip() or "a person is needed"
