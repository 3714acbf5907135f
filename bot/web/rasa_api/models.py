"""`/model…`: what predicts without a conversation, and what is done otherwise here."""

from __future__ import annotations

import re

from aiohttp import web

from bot.errors import BadParameter, BadPayload, NotOffered
from bot.service.look_into import Question, look_at_events
from bot.service.release_model import release_named
from bot.web.keys import ROAD, SERVING
from bot.web.rasa_api.access import check_access
from bot.web.rasa_api.conversations import read_events
from bot.web.rasa_api.parameters import Verbosity, read_json, read_verbosity
from bot.web.rasa_api.tracker_state import render_prediction

routes = web.RouteTableDef()

_MODEL_FILE = re.compile(r"(?:.*/)?([0-9a-f]{12,64})(?:\.tar\.gz)?")
_RELEASED_BY = "HTTP API"
_INSTEAD = {
    ("POST", "/model/train"): (
        "The project's files are what is trained: `visavis train`, or Train on the trainer's page. "
        "`visavis train --release` puts the model into service without a restart."
    ),
    ("DELETE", "/model"): (
        "Nobody would answer customers without a model. To take one back, release the one before it."
    ),
    ("POST", "/model/test/stories"): "Test stories are run by `visavis test`, in the project's folder.",
    (
        "POST",
        "/model/test/intents",
    ): "Understanding is measured by `visavis evaluate`, in the project's folder.",
}


@routes.post("/model/predict")
async def predict(request: web.Request) -> web.Response:
    """Say what would be done after a list of events, of no conversation."""
    check_access(request)
    verbosity = read_verbosity(request)
    now = request.app[ROAD].now().timestamp()
    told = read_events(await read_json(request))
    events = tuple({**event, "timestamp": event.get("timestamp") or now} for event in told)
    question = Question(applied=verbosity is Verbosity.APPLIED, forecast=True)
    insight = await look_at_events(request.app[SERVING], "default", events, question)
    return web.json_response(render_prediction(insight, verbosity, None))


@routes.put("/model")
async def load_model(request: web.Request) -> web.Response:
    """Put the model `{model_file}` into service, named as `/status` names it: on every machine."""
    check_access(request)
    body = await read_json(request)
    if not isinstance(body, dict):
        raise BadPayload("No path to model file defined in request_body.")
    name = body.get("model_file")
    if name is None:
        raise NotOffered("Models come from `visavis train`, not from other servers: name a `model_file`.")
    found = _MODEL_FILE.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        raise BadParameter("model_file", "body", "`model_file` must be named as `/status` names models")
    await release_named(request.app[ROAD], found[1], by=_RELEASED_BY)
    return web.Response(status=204)


async def say_what_instead(request: web.Request) -> web.Response:
    """Tell what is done otherwise here, and how."""
    check_access(request)
    raise NotOffered(_INSTEAD[request.method, request.path.rstrip("/")])


routes.post("/model/train")(say_what_instead)
routes.delete("/model")(say_what_instead)
routes.post("/model/test/stories")(say_what_instead)
routes.post("/model/test/intents")(say_what_instead)
