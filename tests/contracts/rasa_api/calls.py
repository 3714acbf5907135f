"""Calls of Rasa's HTTP API, in an order in which each finds something to do: made to both programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `headers` beside the JSON body's own."""

    name: str
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def _get(name: str, path: str, **headers: str) -> Call:
    return Call(name=name, method="GET", path=path, headers=headers)


def _post(name: str, path: str, body: Any = None, *, method: str = "POST") -> Call:
    return Call(name=name, method=method, path=path, body=body)


def _say(name: str, sender: str, text: str) -> Call:
    return _post(name, "/webhooks/rest/webhook", {"sender": sender, "message": text})


_SIZE = {"name": "size", "value": "S"}
_ORDER = {"intent": {"name": "order", "confidence": 0.9}, "entities": [], "text": "/order"}

CALLS: tuple[Call, ...] = (
    _get("version", "/version"),
    _get("status", "/status"),
    _get("domain", "/domain"),
    _get("domain as YAML", "/domain", Accept="application/x-yaml"),
    _get("domain as a picture", "/domain", Accept="image/png"),
    _get("rest is well", "/webhooks/rest/"),
    _post("parse an intent message", "/model/parse", {"text": '/inform{"size": "L"}'}),
    _get("tracker of nobody", "/conversations/nobody/tracker"),
    _get("tracker of nobody, no events", "/conversations/nobody/tracker?include_events=NONE"),
    _get("unknown verbosity", "/conversations/nobody/tracker?include_events=SOME"),
    _get("story of nobody", "/conversations/nobody/story"),
    _post("predict for nobody", "/conversations/nobody/predict"),
    _say("greet", "ann", "/greet"),
    _get("tracker after greeting", "/conversations/ann/tracker"),
    _say("order", "ann", "/order"),
    _get("tracker in a form", "/conversations/ann/tracker?include_events=APPLIED"),
    _post("predict in a form", "/conversations/ann/predict"),
    _say("inform", "ann", '/inform{"size": "L"}'),
    _get("tracker after the form", "/conversations/ann/tracker"),
    _get("applied after the form", "/conversations/ann/tracker?include_events=APPLIED"),
    _get("story", "/conversations/ann/story"),
    _post("trigger", "/conversations/ann/trigger_intent", {"name": "ready", "entities": {"size": "XL"}}),
    _post("trigger an unknown intent", "/conversations/ann/trigger_intent", {"name": "unheard"}),
    _post("trigger nothing", "/conversations/ann/trigger_intent", {}),
    _post("execute", "/conversations/ann/execute", {"name": "utter_greet"}),
    _post("execute nothing", "/conversations/ann/execute", {}),
    _post("set a slot", "/conversations/ann/tracker/events", {"event": "slot", "name": "size", "value": "S"}),
    _post(
        "several events",
        "/conversations/ann/tracker/events?include_events=ALL",
        [{"event": "pause"}, {"event": "resume"}, {"event": "followup", "name": "utter_bye"}],
    ),
    _post("an event that is none", "/conversations/ann/tracker/events", {"name": "size"}),
    _post("log a message", "/conversations/bob/messages", {"text": "/greet", "sender": "user"}),
    _post("predict after a message", "/conversations/bob/predict"),
    _post("log a message of the bot", "/conversations/bob/messages", {"text": "hi", "sender": "bot"}),
    _post("log nothing", "/conversations/bob/messages"),
    _post(
        "replace all events",
        "/conversations/bob/tracker/events",
        [{"event": "action", "name": "action_listen"}, {"event": "slot", "name": "size", "value": "M"}],
        method="PUT",
    ),
    _post(
        "predict from events",
        "/model/predict",
        [
            {"event": "action", "name": "action_session_start"},
            {"event": "session_started"},
            {"event": "action", "name": "action_listen"},
            {
                "event": "user",
                "text": "/greet",
                "parse_data": {
                    "intent": {"name": "greet", "confidence": 1.0},
                    "entities": [],
                    "text": "/greet",
                },
            },
        ],
    ),
    _say("restart", "ann", "/restart"),
    _get("tracker after a restart", "/conversations/ann/tracker"),
    _get("story of all sessions", "/conversations/ann/story?all_sessions=true"),
    _say("bye", "ann", "/bye"),
    _post("stream", "/webhooks/rest/webhook?stream=true", {"sender": "cem", "message": "/bye"}),
    _post("log plain text", "/conversations/dan/messages", {"text": " hello ", "sender": "user"}),
    _post("predict after plain text", "/conversations/dan/predict"),
    _post("a slot before anything", "/conversations/eve/tracker/events", {"event": "slot", **_SIZE}),
    _post(
        "a session of events",
        "/conversations/fay/tracker/events",
        [
            {"event": "action", "name": "action_session_start"},
            {"event": "session_started"},
            {"event": "action", "name": "action_listen"},
            {"event": "user", "text": "/order", "parse_data": _ORDER, "metadata": {"from": "kiosk"}},
            {"event": "action", "name": "order_form"},
            {"event": "active_loop", "name": "order_form"},
            {"event": "slot", "name": "requested_slot", "value": "size"},
            {"event": "bot", "text": "Which size?", "metadata": {"utter_action": "utter_ask_size"}},
        ],
    ),
    _get("story of events", "/conversations/fay/story"),
    _post("predict after events", "/conversations/fay/predict"),
    _post("listen", "/conversations/fay/tracker/events", {"event": "action", "name": "action_listen"}),
    _say("go on after events", "fay", '/inform{"size": "M"}'),
    _post("rewind", "/conversations/fay/tracker/events?include_events=APPLIED", {"event": "rewind"}),
    _post("undo", "/conversations/fay/tracker/events?include_events=APPLIED", {"event": "undo"}),
    _post("pause", "/conversations/eve/tracker/events", {"event": "pause"}),
    _post("trigger the silent", "/conversations/eve/trigger_intent", {"name": "ready"}),
    _say("greet the silent", "eve", "/greet"),
    _post("resume", "/conversations/eve/tracker/events", {"event": "resume"}),
    _say("greet who speaks again", "eve", "/greet"),
    _post(
        "trigger with a list",
        "/conversations/eve/trigger_intent?include_events=NONE",
        {"name": "ready", "entities": [{"entity": "size", "value": "XS", "confidence": 0.5}]},
    ),
    _post("restart by event", "/conversations/eve/tracker/events?include_events=ALL", {"event": "restart"}),
    _get("after the restart", "/conversations/eve/tracker"),
    _say("greet after the restart", "eve", "/greet"),
    _get("all after the restart", "/conversations/eve/tracker?include_events=ALL"),
    _post("legacy events", "/conversations/gus/tracker/events", [{"event": "form", "name": "order_form"}]),
    _post("reset", "/conversations/eve/tracker/events?include_events=NONE", {"event": "reset_slots"}),
    _post("execute an unknown action", "/conversations/ann/execute", {"name": "action_x"}),
    _say("buttons and files as written", "hal", "/show"),
    _get("tracker of what was shown", "/conversations/hal/tracker"),
    _get("a slash at the end", "/version/"),
    _get("no slash at the end", "/webhooks/rest"),
    _get("tracker with a slash at the end", "/conversations/hal/tracker/"),
    _post("rest with a slash at the end", "/webhooks/rest/webhook/", {"sender": "hal", "message": "/ready"}),
    _get("parameters without a value", "/conversations/hal/tracker?include_events=&until="),
    _get("unknown address", "/conversations/ann/nothing"),
)
