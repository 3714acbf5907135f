"""`/conversations/{id}/…`: what makes the bot, or the contact, say something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector.fields import MAX_TEXT
from bot.connector.rasa_items import render_items
from bot.dialogue.event_check import find_event_problem
from bot.domain.trigger import Trigger, read_entities
from bot.engines.steering import RunAction
from bot.errors import BadParameter, BadPayload, UnknownIntent
from bot.service.look_into import Question
from bot.service.receive import receive
from bot.web.keys import ROAD, SERVING
from bot.web.rasa_api.address import find_address
from bot.web.rasa_api.conversations import carry_out, is_collected, look_again
from bot.web.rasa_api.orders import answer_trigger, log_message, run_action
from bot.web.rasa_api.parameters import Verbosity, read_json, read_name, read_verbosity
from bot.web.rasa_api.rest import send_told
from bot.web.rasa_api.tracker_state import render_state

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.service.steer import Wish
    from bot.web.rasa_api.address import Address

routes = web.RouteTableDef()

_CONVERSATION = "/conversations/{conversation_id:.+}"


@routes.post(f"{_CONVERSATION}/messages")
async def add_message(request: web.Request) -> web.Response:
    """Log `{text, sender: "user", parse_data?, metadata?}` and fill slots; nothing is predicted.

    Where a person has the conversation it is a message like any other, and waits for them.
    """
    address = await find_address(request)
    verbosity = read_verbosity(request)
    if not await request.read():
        raise BadPayload(
            "No message defined in request body. Add a message to the request body in order to add it to "
            "the tracker."
        )
    text, parse_data, metadata = _read_message(await read_json(request))
    event = address.parse(text, metadata)
    steered = await carry_out(address, log_message(event, parse_data=parse_data))
    if not steered.done:
        await receive(request.app[ROAD], event)
    insight, standing = await look_again(address, steered, _question(verbosity))
    return web.json_response(render_state(insight, verbosity, standing))


@routes.post(f"{_CONVERSATION}/trigger_intent")
async def trigger_intent(request: web.Request) -> web.Response:
    """Have the bot act on the intent `{name, entities?}`, as if somebody had said it."""
    address = await find_address(request)
    name, body = await read_name(request, "intent")
    if not await _knows_intent(request, name):
        raise UnknownIntent(f"The intent {name} does not exist in the domain.")
    trigger = Trigger(intent=name, entities=read_entities(body.get("entities")))
    return await _speak(address, answer_trigger(trigger, collected=is_collected(request, address.standing)))


@routes.post(f"{_CONVERSATION}/execute")
async def execute(request: web.Request) -> web.Response:
    """Run the action `{name, policy?, confidence?}`, whatever would be predicted."""
    address = await find_address(request)
    address.get()
    name, body = await read_name(request, "action")
    policy, confidence = body.get("policy"), body.get("confidence")
    if policy is not None and not isinstance(policy, str):
        raise BadParameter("policy", "body", "`policy` must be a string")
    if confidence is not None and (isinstance(confidence, bool) or not isinstance(confidence, int | float)):
        raise BadParameter("confidence", "body", "`confidence` must be a number")
    order = RunAction(name=name, policy=policy, confidence=confidence)
    return await _speak(address, run_action(order, collected=is_collected(request, address.standing)))


def _read_message(body: object) -> tuple[str, JsonObject | None, JsonObject | None]:
    if not isinstance(body, dict):
        raise BadPayload("the body must be a JSON object")
    if body.get("sender") != "user":
        raise BadParameter(
            "sender",
            "body",
            "Currently, only user messages can be passed to this endpoint: `sender` must be `user`.",
        )
    text, parse_data, metadata = body.get("text"), body.get("parse_data"), body.get("metadata")
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        raise BadParameter("text", "body", f"`text` must be a string of 1 to {MAX_TEXT} characters")
    problem = find_event_problem({"event": "user", "parse_data": parse_data, "metadata": metadata})
    if problem:
        raise BadParameter("parse_data", "body", problem)
    return text, parse_data, metadata


async def _knows_intent(request: web.Request, name: str) -> bool:
    async with request.app[SERVING].steered() as engine:
        return name in await engine.get_intents()


def _question(verbosity: Verbosity) -> Question:
    return Question(applied=verbosity is Verbosity.APPLIED)


async def _speak(address: Address, wish: Wish) -> web.Response:
    """Carry out a wish and answer with the tracker and, where they are for the caller, the replies."""
    verbosity = read_verbosity(address.request)
    steered = await carry_out(address, wish)
    insight, standing = await look_again(address, steered, _question(verbosity))
    body: dict[str, object] = {"tracker": render_state(insight, verbosity, standing)}
    if wish.collected or steered.pull:
        body["messages"] = [
            item for content in steered.replies for item in render_items(content, address.key)
        ]
    return await send_told(address.request, web.json_response(body), list(steered.reply_ids))
