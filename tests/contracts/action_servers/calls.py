"""Calls of actions: as Rasa posts them, and as our engine makes them."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.dialogue.calls import Call, Outcome
from bot.dialogue.catalogue import Catalogue
from bot.dialogue.events import SlotSet
from bot.dialogue.tracker import new_tracker
from bot.engines.native.action_history import History
from bot.engines.native.actions import Errand
from tests.unit.dialogue.specs import spec

ACTIONS = ("action_tell", "action_await", "action_refuse", "action_crash", "action_dawdle", "action_odd")
DOMAIN: dict[str, Any] = {
    "slots": {"size": {}},
    "forms": {"order_form": {"required_slots": ["size", "note"]}},
}
TRACKER = {
    "sender_id": "ann",
    "slots": {"size": "M", "note": None, "requested_slot": "size"},
    "latest_message": {"text": "hi", "intent": {"name": "greet"}, "entities": []},
    "events": [
        {"event": "user", "text": "hi", "timestamp": 1.0},
        {"event": "slot", "name": "size", "value": "M", "timestamp": 2.0},
    ],
    "paused": False,
    "followup_action": None,
    "active_loop": {"name": "order_form"},
    "latest_action_name": "action_listen",
}


def call(name: str | None, **more: Any) -> dict[str, Any]:
    return {
        "next_action": name,
        "sender_id": "ann",
        "tracker": TRACKER,
        "domain": DOMAIN,
        "version": "3.6.21",
        **more,
    }


async def post(address: str, body: bytes, **headers: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{address}/webhook", data=body, headers={"Content-Type": "application/json", **headers}
        ) as response,
    ):
        return response.status, await response.json(content_type=None)


async def run(remote: Any, name: str) -> Outcome:
    outcome: Outcome = await remote.run(make_errand(name))
    return outcome


def make_errand(name: str) -> Errand:
    tracker = new_tracker(Catalogue(spec().domain)).apply(SlotSet(name="size", value="S"))
    tracker = tracker._replace(live=tracker.live._replace(message=None))
    return Errand(
        call=Call(name=name, tracker=tracker), sender_id="ann", domain=DOMAIN, history=History(None, tracker)
    )
