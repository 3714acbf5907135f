"""A Rasa server as its HTTP API shows it: the routes the engine calls, with the bodies the real one sends.

Shapes were taken from Rasa 3.6.21. It repeats what it hears, but for "person" (hands over and pauses), "form"
(asks for a size, then for a colour) and "remind". What it forgets, when and how it fails, tests say.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

TOKEN = "rasa's token"
_LISTEN = {"event": "action", "name": "action_listen", "policy": None, "confidence": None}
_HANDOFF = {"handoff": {"reason": "asked_for_person", "queue": "support", "summary": "Asked for a person."}}


@dataclass
class FakeRasa:
    """Its conversations, by sender. `acted` counts what an action of the project would do to the world.

    `hang_up`: after acting, the next so many calls that bring a message break off without an answer.
    `broken`: messages are taken, and nothing comes of them, as when its processor raises.
    """

    conversations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    acted: list[str] = field(default_factory=list)
    told: list[tuple[str, int]] = field(default_factory=list)
    hang_up: int = 0
    broken: bool = False
    circles: bool = False
    _clock: Any = field(default_factory=lambda: itertools.count(1_700_000_000_000))

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application(middlewares=[_check_token])
        tracker = "/conversations/{sender}/tracker"
        app.add_routes(
            [
                web.get("/conversations/{sender}/story", self._story),
                web.get(tracker, self._tracker),
                web.post(f"{tracker}/events", self._append),
                web.put(f"{tracker}/events", self._replace),
                web.post("/conversations/{sender}/trigger_intent", self._trigger),
                web.post("/webhooks/{channel}/webhook", self._message),
                web.post("/conversations/{sender}/messages", self._take_in),
                web.post("/conversations/{sender}/execute", self._execute),
                web.post("/model/parse", self._parse),
                web.post("/model/predict", self._predict),
            ]
        )
        return app

    def forget(self) -> None:
        """Be started anew."""
        self.conversations.clear()

    def names(self, sender: str, kind: str = "user") -> list[Any]:
        """Return the texts of a conversation's user or bot events."""
        return [each["text"] for each in self.conversations[sender] if each["event"] == kind]

    async def _story(self, request: web.Request) -> web.Response:
        if _sender(request) not in self.conversations:
            return _failure(404, "Not found")
        return web.Response(text="version: '3.1'\nstories: []\n")

    async def _tracker(self, request: web.Request) -> web.Response:
        events = self.conversations.get(_sender(request), [])
        shown = request.query.get("include_events") != "NONE"
        return web.json_response(self._state(events, shown=shown))

    async def _append(self, request: web.Request) -> web.Response:
        given = await request.json()
        begins = [event["event"] for event in given[:2]] == ["action", "session_started"]
        sender = _sender(request)
        events = self.conversations.setdefault(sender, []) if begins else self._begun(sender)
        self._log(events, *given)
        self.told.append(("append", len(given)))
        return web.json_response(self._state(events))

    async def _replace(self, request: web.Request) -> web.Response:
        events: list[dict[str, Any]] = []
        self._log(events, *(await request.json()))
        self.told.append(("replace", len(events)))
        self.conversations[_sender(request)] = events
        return web.json_response(self._state(events))

    async def _trigger(self, request: web.Request) -> web.Response:
        body = await request.json()
        events = self._begun(_sender(request))
        said = _user(f"EXTERNAL: {body['name']}", body["name"], {"is_external": True})
        self._log(events, said, *self._answer(events, body["name"]))
        return web.json_response({"tracker": self._state(events), "messages": []})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if self.broken:
            return web.json_response([])
        events = self._begun(body["sender"])
        text = body["message"].strip()
        named = {key: body[key] for key in ("message_id",) if request.match_info["channel"] == "visavis"}
        said = {**_user(text, text.strip("/"), body["metadata"] or {}), **named}
        said["input_channel"] = body["input_channel"]
        self._log(events, said, *self._answer(events, text.strip("/")))
        if self.hang_up:
            self.hang_up -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response([])

    async def _take_in(self, request: web.Request) -> web.Response:
        body = await request.json()
        events = self._begun(_sender(request))
        said = {**_user(body["text"], body["text"], {}), "message_id": "made by Rasa"}
        self._log(events, said, {"event": "slot", "name": "asked", "value": "size"})
        return web.json_response(self._state(events))

    async def _execute(self, request: web.Request) -> web.Response:
        body = await request.json()
        events = self._begun(_sender(request))
        self._log(events, {"event": "action", **body}, _bot(f"Did {body['name']}."))
        return web.json_response({"tracker": self._state(events), "messages": []})

    async def _predict(self, request: web.Request) -> web.Response:
        heard = [event["text"] for event in await request.json() if event["event"] == "user"]
        scores = [{"action": "action_listen", "score": 0.0}, {"action": f"after {heard}", "score": 1.0}]
        return web.json_response({"scores": scores, "policy": "RulePolicy", "confidence": 1.0})

    async def _parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        return web.json_response(_parsed(text, text))

    def _begun(self, sender: str) -> list[dict[str, Any]]:
        events = self.conversations.setdefault(sender, [])
        if not events:
            start = {"event": "action", "name": "action_session_start", "policy": None, "confidence": 1.0}
            self._log(events, start, {"event": "session_started"}, _LISTEN)
        return events

    def _answer(self, events: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
        self.acted.append(text)
        asked = next((each["value"] for each in reversed(events) if each["event"] == "slot"), None)
        silenced = [each["event"] for each in events if each["event"] in ("pause", "resume")]
        if silenced[-1:] == ["pause"]:
            return []
        if self.circles:
            return [
                {"event": "action", "name": "utter_again", "policy": "RulePolicy", "confidence": 1.0}
            ] * 10
        known = "colour" if asked == "size" and text not in _KNOWN else text
        return _KNOWN.get(known, [_bot(f"You said {text}."), _LISTEN])

    def _log(self, events: list[dict[str, Any]], *new: dict[str, Any]) -> None:
        events.extend({"metadata": {}, "timestamp": next(self._clock) / 1000, **each} for each in new)

    @staticmethod
    def _state(events: list[dict[str, Any]], *, shown: bool = True) -> dict[str, Any]:
        last = events[-1]["timestamp"] if events else None
        return {"latest_event_time": last, "events": list(events) if shown else None}


@web.middleware
async def _check_token(request: web.Request, handler: Any) -> web.StreamResponse:
    is_channel = request.path.startswith("/webhooks/")  # Rasa's channels ask for no token
    if not is_channel and request.query.get("token") != TOKEN:
        return _failure(401, "NotAuthenticated")
    answer: web.StreamResponse = await handler(request)
    return answer


def _sender(request: web.Request) -> str:
    """Return the conversation as it stands in the address: Sanic does not decode it."""
    raw = request.raw_path.partition("?")[0].split("/")[2]
    return raw if "%" in raw else unquote(raw)


def _failure(status: int, reason: str) -> web.Response:
    return web.json_response({"status": "failure", "reason": reason, "code": status}, status=status)


def _user(text: str, intent: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"event": "user", "text": text, "parse_data": _parsed(text, intent), "metadata": metadata}


def _parsed(text: str, intent: str) -> dict[str, Any]:
    score = {"name": intent, "confidence": 0.9}
    return {"text": text, "intent": score, "entities": [], "intent_ranking": [score], "text_tokens": []}


def _bot(text: str | None, custom: dict[str, Any] | None = None) -> dict[str, Any]:
    data = dict.fromkeys(("elements", "quick_replies", "buttons", "attachment", "image"))
    return {"event": "bot", "text": text, "data": {**data, "custom": custom}}


_REMINDER = {
    "event": "reminder",
    "intent": "hours",
    "date_time": "2030-01-01T00:00:00+00:00",
    "name": "later",
    "entities": None,
    "kill_on_user_msg": False,
}
_KNOWN = {
    "person": [_bot("A person will answer."), _bot(None, _HANDOFF), _LISTEN, {"event": "pause"}],
    "remind": [_REMINDER, _bot("I will."), _LISTEN],
    "form": [{"event": "slot", "name": "asked", "value": "size"}, _bot("Which size?"), _LISTEN],
    "colour": [{"event": "slot", "name": "asked", "value": "colour"}, _bot("Which colour?"), _LISTEN],
}
