"""What channels have in common that are asked and never call: no webhook, so nothing to prove."""

from __future__ import annotations

_ASKED = "nothing comes in by itself: the service asks, and knows whom"

NO_WEBHOOK = dict.fromkeys(
    ("test_authentic_request_is_accepted", "test_altered_body_is_refused", "test_old_signature_is_refused"),
    _ASKED,
)
