"""Rasa's HTTP API, as far as the engine needs it. Errors are ours, and none carries a secret."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import jwt
import orjson
from yarl import URL

from bot.engines.native.posted import dump_json
from bot.errors import EngineError, EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.engine_spec import EngineSpec
    from bot.domain.json import Json, JsonObject

REST_CHANNEL = "rest"
_NO_SUCH_CONVERSATION = 404
_NOT_DONE = 300  # a redirect leads elsewhere, and is not followed
_PLAIN = ":@!$&'()*+,;=~"
_TOKEN_SECONDS = 300  # what a signed token is good for


class RasaClient:
    """One Rasa server. Use it from one event loop; `close` it at the end."""

    def __init__(self, spec: EngineSpec, url: str, *, channel: str = REST_CHANNEL) -> None:
        """Hold where it is. `channel` is the input channel that answers within the call."""
        self._base = url.rstrip("/")
        self._shown = URL(url).origin()  # without what may be secret in it
        self._spec = spec
        self._channel = channel
        self._limit = aiohttp.ClientTimeout(total=spec.answer_limit.total_seconds(), connect=3)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Release the connections."""
        if self._session is not None:
            await self._session.close()

    async def parse(self, text: str) -> JsonObject:
        """Return what Rasa makes of a text."""
        return _object(await self._call("POST", "model/parse", {"text": text}))

    async def knows(self, sender_id: str) -> bool:
        """Tell whether there is such a conversation. Asking for its tracker would begin one."""
        found = await self._call("GET", f"{_conversation(sender_id)}/story", may_be_missing=True)
        return found is not None

    async def time_of_last(self, sender_id: str) -> float | None:
        """Return when the last event of a conversation was. Begins one where there is none."""
        path = f"{_conversation(sender_id)}/tracker"
        last = _object(await self._call("GET", path, query={"include_events": "NONE"})).get(
            "latest_event_time"
        )
        return float(last) if isinstance(last, int | float) else None

    async def events(self, sender_id: str) -> list[JsonObject]:
        """Return all events of a conversation. Begins one where there is none."""
        path = f"{_conversation(sender_id)}/tracker"
        return _events(await self._call("GET", path, query={"include_events": "ALL"}))

    async def replace(self, sender_id: str, events: Sequence[JsonObject]) -> None:
        """Put `events` in the place of all that Rasa knows of a conversation.

        Only stores in memory do that; others append what is more than they have.
        """
        await self._call("PUT", f"{_conversation(sender_id)}/tracker/events", list(events))

    async def append(
        self, sender_id: str, events: Sequence[JsonObject], *, side_effects: bool = False
    ) -> list[JsonObject]:
        """Log events that happened elsewhere; returns all events since the last restart."""
        query = {"execute_side_effects": "true"} if side_effects else {}
        path = f"{_conversation(sender_id)}/tracker/events"
        return _events(await self._call("POST", path, list(events), query=query))

    async def say(self, message: JsonObject) -> None:
        """Let Rasa answer `{sender, message, input_channel, metadata}`. The answer is in the events."""
        named = {**message, "sender": _name(str(message["sender"]))}
        await self._call("POST", f"webhooks/{self._channel}/webhook", named)

    async def trigger(self, sender_id: str, intent: str, entities: Sequence[JsonObject]) -> None:
        """Let Rasa act on an intent that nobody said."""
        body: JsonObject = {"name": intent, "entities": list(entities)}
        await self._call("POST", f"{_conversation(sender_id)}/trigger_intent", body)

    async def log(self, sender_id: str, message: JsonObject) -> None:
        """Take in `{text, sender, parse_data}` and fill slots; nothing is predicted."""
        await self._call("POST", f"{_conversation(sender_id)}/messages", message)

    async def execute(self, sender_id: str, action: JsonObject) -> None:
        """Run the action `{name, policy, confidence}`, whatever would be predicted."""
        await self._call("POST", f"{_conversation(sender_id)}/execute", action)

    async def predict(self, events: Sequence[JsonObject]) -> JsonObject:
        """Return what would be done after `events`, which are no conversation of Rasa's."""
        return _object(await self._call("POST", "model/predict", list(events)))

    async def _call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: dict[str, str] | None = None,
        may_be_missing: bool = False,
    ) -> Any:
        """Return the JSON of an answer, None where it was missing and may be; a text reads as its string.

        Raises `EngineUnavailable` when nobody answers, `EngineError` when it takes too long or is refused.
        """
        status, content = await self._send(method, path, body, query or {})
        if status == _NO_SUCH_CONVERSATION and may_be_missing:
            return None
        if status >= _NOT_DONE:
            raise EngineError(f"Rasa answers {method} {_kind(path)} with {status}{_reason(content)}")
        return _load(content)

    async def _send(self, method: str, path: str, body: Json, query: dict[str, str]) -> tuple[int, bytes]:
        if self._session is None:  # not before: a session belongs to the loop it is made in
            self._session = aiohttp.ClientSession(timeout=self._limit)
        url = URL(f"{self._base}/{path}", encoded=True).update_query(self._signed(query))
        data = None if body is None else dump_json(body)
        headers = {"Content-Type": "application/json", **self._bearer()}
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            seconds = self._spec.answer_limit.total_seconds()
            raise EngineError(f"Rasa did not answer within {seconds:g} s ({method} {_kind(path)})") from error
        except aiohttp.ClientError as error:
            raise EngineUnavailable(
                f"Rasa does not answer at {self._shown} ({type(error).__name__})"
            ) from None

    def _signed(self, query: dict[str, str]) -> dict[str, str]:
        return {**query, "token": self._spec.token} if self._spec.token else query

    def _bearer(self) -> dict[str, str]:
        if not self._spec.jwt_secret:
            return {}
        payload = {"user": {"username": "visavis", "role": "admin"}, "exp": int(time.time()) + _TOKEN_SECONDS}
        token = jwt.encode(payload, self._spec.jwt_secret, algorithm=self._spec.jwt_method)
        return {"Authorization": f"Bearer {token}"}


def _name(sender_id: str) -> str:
    """Return what Rasa calls a conversation: it reads addresses as they are, without decoding them."""
    return quote(sender_id, safe=_PLAIN)


def _conversation(sender_id: str) -> str:
    return f"conversations/{_name(sender_id)}"


def _kind(path: str) -> str:
    """Return what was asked for, without whose conversation it was about."""
    return path.rpartition("/")[2]


def _reason(content: bytes) -> str:
    told = _load(content)
    reason = told.get("reason") if isinstance(told, dict) else None
    return f": {reason}" if reason else ""


def _load(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content.decode(errors="replace")


def _object(answer: Any) -> JsonObject:
    if not isinstance(answer, dict):
        raise EngineError("Rasa answered with something that is no object: is that a Rasa server?")
    return answer


def _events(answer: Any) -> list[JsonObject]:
    events: Any = _object(answer).get("events")
    if not isinstance(events, list):
        raise EngineError("Rasa answered with a tracker without events: is that a Rasa server of version 3?")
    return [event for event in events if isinstance(event, dict) and event.get("event")]
