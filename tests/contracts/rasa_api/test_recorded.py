"""Every call of `calls.py`, made here as it was made to real Rasa 3.6.21: the same answers, key for key."""

from __future__ import annotations

import json
from difflib import unified_diff
from typing import Any

from tests.contracts.rasa_api.calls import CALLS, Call
from tests.contracts.rasa_api.conftest import HERE, Answer, Api

# What is its own on every machine and at every moment, wherever it stands.
PASSING = frozenset({"timestamp", "latest_event_time", "message_id", "model_file", "model_id"})
# What Rasa notes with each event and we do not: which model made it, of which assistant.
UNTOLD = frozenset({"assistant_id", "model_id"})
# What our understanding tells beside Rasa's, which it leaves out for messages like `/greet`.
OURS = frozenset({"in_scope", "language", "triage", "response_selector", "text_tokens"})
UNDERSTOOD = ("/body/events/3/parse_data/intent", "/body/latest_message/intent")
# Call → where its answers may differ, and why.
KNOWN: dict[str, tuple[tuple[str, ...], str]] = {
    "domain as a picture": (("/body/message",), "words"),
    "story of nobody": (
        ("",),
        "Rasa begins a conversation when somebody looks for it; looking changes nothing here",
    ),
    "predict for nobody": (("",), "the same"),
    "tracker in a form": (("/body/active_loop/trigger_message/message_id",), "not kept"),
    "predict in a form": (("/body/tracker/active_loop/trigger_message/message_id",), "not kept"),
    "trigger an unknown intent": (("/body/message",), "Rasa names a function of its own"),
    "execute": (
        ("/body/tracker/events", "/body/tracker/latest_action"),
        "Rasa shows the tracker as it was before the action ran",
    ),
    "an event that is none": (("/body/message", "/body/help"), "words"),
    "log a message of the bot": (("/body/message",), "words"),
    "replace all events": (
        ("/body/events/0/metadata", "/body/events/1/metadata"),
        "empty here, missing there",
    ),
    "predict from events": (
        tuple(f"/body/tracker/events/{number}/metadata" for number in range(4)),
        "empty here, missing there",
    ),
    "tracker after the form": (("/body/latest_message/intent_ranking",), "kept of the newest message only"),
    "applied after the form": (("/body/latest_message/intent_ranking",), "kept of the newest message only"),
    "log plain text": (UNDERSTOOD, "the words are understood by a fake here"),
    "predict after plain text": (tuple(f"/body/tracker{place[5:]}" for place in UNDERSTOOD), "the same"),
    "a session of events": (("/body/active_loop/trigger_message/metadata",), "not kept"),
    "predict after events": (("/body/tracker/active_loop/trigger_message/metadata",), "not kept"),
    "listen": (("/body/active_loop/trigger_message/metadata",), "not kept"),
    "greet the silent": (("/body",), "who writes to a paused bot is promised a person"),
    "restart by event": (("/body/followup_action",), "Rasa's own next look says action_listen, too"),
    "execute an unknown action": (("",), "Rasa says 500, and which actions there are"),
    "unknown address": (("/body",), "Rasa's web server answers this one, in words of its own"),
}


def plain(value: Any) -> Any:
    """Return an answer without what passes."""
    if isinstance(value, dict):
        left_out = OURS | UNTOLD if "num_active_training_jobs" not in value else OURS
        kept = {key: part for key, part in value.items() if key not in left_out}
        return {key: "passing" if key in PASSING and part else plain(part) for key, part in kept.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def find_differences(recorded: Any, ours: Any, place: str = "") -> list[str]:
    """Say where two answers differ."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        names = sorted(recorded.keys() | ours.keys())
        return [
            each
            for name in names
            for each in (
                find_differences(recorded[name], ours[name], f"{place}/{name}")
                if name in recorded and name in ours
                else [f"{place}/{name}: {'only there' if name in recorded else 'only here'}"]
            )
        ]
    if isinstance(recorded, list) and isinstance(ours, list) and len(recorded) == len(ours):
        pairs = enumerate(zip(recorded, ours, strict=True))
        return [each for n, (a, b) in pairs for each in find_differences(a, b, f"{place}/{n}")]
    if isinstance(recorded, str) and isinstance(ours, str) and "\n" in recorded:
        return [
            f"{place}: {line}"
            for line in unified_diff(recorded.splitlines(), ours.splitlines(), "there", "here", lineterm="")
        ]
    return [] if recorded == ours else [f"{place}: {str(recorded)[:300]} there, {str(ours)[:300]} here"]


async def make(api: Api, call: Call) -> Answer:
    return await api.ask(call.method, call.path, call.body, **call.headers)


async def test_answers_are_rasas(api: Api) -> None:
    recording = json.loads((HERE / "recording.json").read_text())
    found = {}
    for call in CALLS:
        answer = await make(api, call)
        there = recording[call.name]
        ours = {"status": answer.status, "type": answer.type, "body": answer.body}
        places, _ = KNOWN.get(call.name, ((), ""))
        differences = [
            each
            for each in find_differences(plain(there), plain(ours))
            if not any(each.startswith(place) for place in places)
        ]
        if differences:
            found[call.name] = differences
    for name, differences in found.items():
        print(name, *differences[:12], sep="\n    ")
    assert found == {}
