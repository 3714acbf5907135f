"""Actions on an action server, by Rasa's protocol: whatever language they are written in."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.dialogue.calls import ActionRefused
from bot.engines.native.action_answer import MOST_BYTES, take_answer
from bot.engines.native.action_tracker import tracker_state
from bot.engines.native.actions import ActionRunner, Errand, LocalActions
from bot.engines.native.posted import dump_json
from bot.errors import ActionError

if TYPE_CHECKING:
    from bot.dialogue.calls import Outcome
    from bot.domain.action_spec import ActionServer, ActionsSpec
    from bot.domain.json import JsonObject

RASA_VERSION = "3.6.21"  # the version whose protocol this is; servers compare it with their own
_OK, _REFUSED, _UNKNOWN, _WANTS_DOMAIN = 200, 400, 404, 449


class RemoteActions:
    """Runs actions by posting them to a server. Connections are kept; `close` ends them."""

    def __init__(self, server: ActionServer, spec: ActionsSpec) -> None:
        """Hold where to post. Nothing is opened yet."""
        self._server = server
        self._spec = spec
        self._session: aiohttp.ClientSession | None = None

    async def run(self, errand: Errand) -> Outcome:
        """Run one action. See `ActionRunner`."""
        name = errand.call.name
        older = await errand.history.older(self._spec.history)
        body: dict[str, Any] = {
            "next_action": name,
            "sender_id": errand.sender_id,
            "tracker": tracker_state(errand.call.tracker, errand.sender_id, before=older),
            "version": RASA_VERSION,
        }
        if not self._server.selective_domain or wants_domain(name, errand.domain):
            body["domain"] = errand.domain
        try:
            status, answer = await self._post(body)
            if status == _WANTS_DOMAIN:  # newer servers remember the domain, and this one forgot it
                status, answer = await self._post({**body, "domain": errand.domain})
        except TimeoutError as error:
            seconds = self._spec.limit.total_seconds()
            raise ActionError(
                f"action {name} took longer than {seconds:g} s at {self._server.shown}"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            reason = type(error).__name__  # its text may hold the token
            raise ActionError(
                f"action {name} cannot be run: {self._server.shown} fails with {reason}"
            ) from error
        return self._read(name, status, answer)

    async def list_names(self) -> frozenset[str]:
        """Return the actions the server says it has. Raises `ActionError` where it does not say."""
        address = self._server.url.rpartition("/")[0] + "/actions"
        try:
            async with self._open().get(address, params=self._server.params) as response:
                listed = json.loads(await _read_body(response))
                return frozenset(str(each["name"]) for each in listed)
        except (aiohttp.ClientError, OSError, ValueError, TypeError, LookupError) as error:
            reason = type(error).__name__
            raise ActionError(f"{self._server.shown} does not say which actions it has: {reason}") from error

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        server = self._server
        async with self._open().post(
            server.url,
            data=dump_json(body),
            headers={"Content-Type": "application/json", **server.headers},
            params=server.params,
            compress="deflate" if server.compress else None,
            allow_redirects=False,
        ) as response:
            return response.status, await _read_body(response)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            server = self._server
            # Any, for aiohttp's own default is not None but True.
            secured: Any = ssl.create_default_context(cafile=server.cafile) if server.cafile else True
            self._session = aiohttp.ClientSession(
                auth=aiohttp.BasicAuth(*server.basic_auth) if server.basic_auth else None,
                timeout=aiohttp.ClientTimeout(total=self._spec.limit.total_seconds()),
                connector=aiohttp.TCPConnector(ssl=secured),
            )
        return self._session

    def _read(self, name: str, status: int, answer: bytes) -> Outcome:
        if len(answer) > MOST_BYTES:
            raise ActionError(f"action {name} returned more than {MOST_BYTES:,} bytes")
        try:
            body = json.loads(answer) if answer else {}
        except ValueError as error:
            raise ActionError(
                f"action {name}: {self._server.shown} answers with no JSON ({status})"
            ) from error
        if status == _REFUSED and isinstance(body, dict) and "action_name" in body:
            raise ActionRefused(name)
        if status == _UNKNOWN:
            raise ActionError(f"{self._server.shown} knows no action {name}")
        if status != _OK:
            raise ActionError(f"action {name} failed at {self._server.shown}: it answers {status}")
        if not isinstance(body, dict):
            raise ActionError(f"action {name}: {self._server.shown} answers with no object")
        return take_answer(name, events=body.get("events"), responses=body.get("responses")).read()


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    """Read one byte more than is accepted at most, however large an answer is."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > MOST_BYTES:
            response.close()
            break
    return bytes(read[: MOST_BYTES + 1])


def wants_domain(action: str, domain: JsonObject) -> bool:
    """Tell whether an action is posted the domain where that is selective: `send_domain`, or a validation."""
    listed = domain.get("actions")
    for each in listed if isinstance(listed, list | tuple) else ():
        if each == action:
            return action.startswith("validate_")
        options = each.get(action) if isinstance(each, dict) else None
        if isinstance(options, dict):
            return bool(options.get("send_domain"))
    return False


class HereOrThere:
    """Runs what is found in `actions/` here, and what is not on the action server, where there is one."""

    def __init__(self, local: LocalActions, remote: RemoteActions | None) -> None:
        self._local, self._remote = local, remote

    async def run(self, errand: Errand) -> Outcome:
        """Run one action. See `ActionRunner`."""
        runner: ActionRunner = self._local
        if self._remote is not None and errand.call.name not in self._local.names:
            runner = self._remote
        return await runner.run(errand)

    async def close(self) -> None:
        """End connections."""
        if self._remote is not None:
            await self._remote.close()
