"""The project's actions for a real Rasa server, at the addresses and in the words of rasa_sdk's own server.

`POST /webhook` runs one, `GET /actions` names them, `GET /health` says that there is somebody.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot.dialogue.calls import ActionRefused
from bot.errors import ActionError

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware
    from pydantic import SecretStr

    from bot.engines.native.actions import LocalActions

log = structlog.get_logger(__name__)

MAX_CALL = 64 * 1024**2  # bytes, unpacked: Rasa posts all events of a conversation
_TOKEN = "token"  # noqa: S105 - the parameter's name, as Rasa's `endpoints.yml` has it
_ACTIONS: web.AppKey[LocalActions] = web.AppKey("actions")


def make_action_app(actions: LocalActions, *, token: SecretStr | None = None) -> web.Application:
    """Serve `actions`. With a `token` every call must carry it, as `action_endpoint.token` has it sent."""
    middlewares = [] if token is None else [_make_guard(token)]
    app = web.Application(middlewares=middlewares, client_max_size=MAX_CALL)
    app[_ACTIONS] = actions
    app.router.add_get("/health", _get_health)
    app.router.add_get("/actions", _get_actions)
    app.router.add_post("/webhook", _post_webhook)
    return app


def _make_guard(token: SecretStr) -> Middleware:
    expected = token.get_secret_value().encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.query.get(_TOKEN, "").encode("utf-8", "surrogateescape")
        if request.path != "/health" and not hmac.compare_digest(given, expected):
            return web.json_response({"error": "The token is missing or wrong."}, status=401)
        return await handler(request)

    return guard


async def _get_health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _get_actions(request: web.Request) -> web.Response:
    return web.json_response([{"name": name} for name in sorted(request.app[_ACTIONS].names)])


async def _post_webhook(request: web.Request) -> web.Response:
    actions = request.app[_ACTIONS]
    call = await _read_call(request)
    if call is None:
        return web.json_response({"error": "Invalid body request"}, status=400)
    name = call.get("next_action")
    if not name:
        return web.json_response(None)  # as rasa_sdk: nothing was asked for
    tracker, domain = call.get("tracker"), call.get("domain") or {}
    if not isinstance(tracker, dict) or "sender_id" not in tracker or not isinstance(domain, dict):
        return web.json_response({"error": "The call has no tracker"}, status=400)
    if name not in actions.names:
        message = f"No registered action found for name '{name}'."
        return web.json_response({"error": message, "action_name": str(name)}, status=404)
    return await _run(actions, str(name), tracker, domain)


async def _read_call(request: web.Request) -> dict[str, Any] | None:
    """Return the posted object; aiohttp has unpacked what was deflated. None for what is none."""
    try:
        call = json.loads(await request.read())
    except (ValueError, web.RequestPayloadError):
        return None
    return call if isinstance(call, dict) else None


async def _run(
    actions: LocalActions, name: str, tracker: dict[str, Any], domain: dict[str, Any]
) -> web.Response:
    try:
        answer = await actions.perform(name, tracker, domain)
    except ActionRefused:
        message = f"Custom action '{name}' rejected execution."
        return web.json_response({"error": message, "action_name": name}, status=400)
    except ActionError as error:
        log.exception("Action failed", action=name)
        return web.json_response({"error": str(error), "action_name": name}, status=500)
    return web.json_response({"events": list(answer.events), "responses": list(answer.responses)})
