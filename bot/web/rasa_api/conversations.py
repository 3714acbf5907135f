"""`/conversations/{id}/…`: a conversation's tracker, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import BadPayload
from bot.service.look_into import Insight, Question, find_conversation, look_into
from bot.service.steer import Steered, Wish, steer
from bot.web.keys import REST_WAIT, ROAD, SERVING
from bot.web.rasa_api.address import find_address
from bot.web.rasa_api.orders import append, replace_all
from bot.web.rasa_api.parameters import Verbosity, read_flag, read_json, read_until, read_verbosity
from bot.web.rasa_api.story import render_stories
from bot.web.rasa_api.tracker_state import rank_scores, render_prediction, render_state

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.storage.steering import Standing
    from bot.web.rasa_api.address import Address

routes = web.RouteTableDef()

_CONVERSATION = "/conversations/{conversation_id:.+}"
_MOST_EVENTS = 10_000  # of one call


@routes.get(f"{_CONVERSATION}/tracker", allow_head=False)
async def get_tracker(request: web.Request) -> web.Response:
    """Return the tracker's state; of a conversation that nobody began, as it would begin."""
    address = await find_address(request)
    verbosity = read_verbosity(request)
    question = Question(until=read_until(request), applied=verbosity is Verbosity.APPLIED)
    return web.json_response(await _show(address, verbosity, question))


@routes.post(f"{_CONVERSATION}/tracker/events")
async def append_events(request: web.Request) -> web.Response:
    """Log events, one or a list; with `?execute_side_effects=true` say and schedule what they tell of."""
    address = await find_address(request)
    verbosity = read_verbosity(request)
    wish = append(
        read_events(await read_json(request)),
        effects=read_flag(request, "execute_side_effects"),
        collected=is_collected(request, address.standing),
    )
    return await _change(address, wish, verbosity)


@routes.put(f"{_CONVERSATION}/tracker/events")
async def replace_events(request: web.Request) -> web.Response:
    """Put a list of events in the place of all that was logged."""
    address = await find_address(request)
    verbosity = read_verbosity(request)
    return await _change(address, replace_all(read_events(await read_json(request))), verbosity)


@routes.post(f"{_CONVERSATION}/predict")
async def predict(request: web.Request) -> web.Response:
    """Say what the bot would do next. Changes nothing."""
    address = await find_address(request)
    standing = address.get()
    insight = await see(address, standing, Question(forecast=True))
    prediction = render_prediction(insight, Verbosity.AFTER_RESTART, standing)
    return web.json_response(rank_scores(prediction))


@routes.get(f"{_CONVERSATION}/story", allow_head=False)
async def get_story(request: web.Request) -> web.Response:
    """Return the conversation as a test story: its last session, or all with `?all_sessions=true`."""
    address = await find_address(request)
    question = Question(until=read_until(request))
    insight = await see(address, address.get(), question)
    stories = render_stories(address.key, insight.events, every=read_flag(request, "all_sessions"))
    return web.Response(text=stories)


def read_events(body: object) -> tuple[JsonObject, ...]:
    """Return the events in a body: one, or a list. What they say is the engine's to check."""
    events = body if isinstance(body, list) else [body]
    if not events or not all(isinstance(each, dict) for each in events):
        raise BadPayload("Couldn't extract a proper event from the request body.")
    if len(events) > _MOST_EVENTS:
        raise BadPayload(f"more than {_MOST_EVENTS} events in one call")
    return tuple(events)


def is_collected(request: web.Request, standing: Standing | None) -> bool:
    """Tell whether the caller reads the replies; else they go where the contact is (`output_channel`)."""
    wanted = request.query.get("output_channel")
    return standing is None or wanted not in ("latest", standing.channel)


async def see(address: Address, standing: Standing | None, question: Question) -> Insight:
    """Look into the conversation of a call."""
    app = address.request.app
    return await look_into(app[ROAD], app[SERVING], address.key, standing, question)


async def carry_out(address: Address, wish: Wish) -> Steered:
    """Do what a call wishes, once what was said before is answered."""
    app = address.request.app
    return await steer(app[ROAD], app[SERVING], await address.get_or_begin(), wish, patience=app[REST_WAIT])


async def look_again(address: Address, steered: Steered, question: Question) -> tuple[Insight, Standing]:
    """Look into a conversation after it was changed."""
    before = steered.standing
    standing = await find_conversation(
        address.request.app[ROAD], before.key, channels=(before.channel,), account=before.account
    )
    standing = standing or before
    return await see(address, standing, question), standing


async def _show(address: Address, verbosity: Verbosity, question: Question) -> JsonObject:
    insight = await see(address, address.standing, question)
    return render_state(insight, verbosity, address.standing)


async def _change(address: Address, wish: Wish, verbosity: Verbosity) -> web.Response:
    steered = await carry_out(address, wish)
    question = Question(applied=verbosity is Verbosity.APPLIED)
    insight, standing = await look_again(address, steered, question)
    return web.json_response(render_state(insight, verbosity, standing))
