"""What reaches an action may come from a caller of the API, who can send any JSON as anything."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa_sdk import Action

from actions.affirm import ActionAffirm
from actions.ask_affirmation import ActionDefaultAskAffirmation
from actions.cheaper import ActionCheaper
from actions.default_fallback import ActionDefaultFallback
from actions.handoff import ActionHandoff
from actions.order_status import ActionOrderStatus
from actions.order_status_form import ActionAskEmail, ActionAskOrderNumber, ActionLeaveOrderForm
from actions.product_price import ActionProductPrice
from tests.unit.actions.conversation import make_tracker, run_action, slot_event, user_event

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
ENTITIES = ANYTHING | st.lists(
    ANYTHING
    | st.fixed_dictionaries(
        {"entity": st.sampled_from(["product", "order_number"]) | ANYTHING, "value": ANYTHING}
    ),
    max_size=2,
)


@pytest.mark.parametrize(
    "action",
    [
        ActionAffirm(),
        ActionAskEmail(),
        ActionAskOrderNumber(),
        ActionCheaper(),
        ActionDefaultAskAffirmation(),
        ActionDefaultFallback(),
        ActionHandoff(),
        ActionLeaveOrderForm(),
        ActionOrderStatus(),
        ActionProductPrice(),
    ],
    ids=lambda action: str(action.name()),
)
@given(
    value=ANYTHING,
    entities=ENTITIES,
    intent=ANYTHING | st.fixed_dictionaries({"name": ANYTHING}),
    ranking=ANYTHING,
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_value_breaks_an_action(
    action: Action, value: Any, entities: Any, intent: Any, ranking: Any
) -> None:
    said = user_event("hm", "ask_price", entities=entities, intent_ranking=ranking)
    said["parse_data"]["intent"] = intent
    tracker = make_tracker(
        slot_event("suggested_intent", value),
        {"event": "user", "text": None, "parse_data": value},
        said,
        slots=dict.fromkeys(("order_number", "email", "order_misses", "suggested_intent"), value),
    )
    messages, events = await run_action(action, tracker)
    assert messages or events
