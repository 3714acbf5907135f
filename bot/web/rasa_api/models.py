"""`/model…`: what predicts without a conversation, and what is done otherwise here."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotOffered
from bot.service.look_into import Question, look_at_events
from bot.web.keys import ROAD, SERVING
from bot.web.rasa_api.access import check_access
from bot.web.rasa_api.conversations import read_events
from bot.web.rasa_api.parameters import Verbosity, read_json, read_verbosity
from bot.web.rasa_api.tracker_state import render_prediction

routes = web.RouteTableDef()

_INSTEAD = {
    ("POST", "/model/train"): (
        "The project's files are what is trained: `visavis train`, or Train on the trainer's page. "
        "`visavis train --release` puts the model into service without a restart."
    ),
    ("PUT", "/model"): (
        "Models are released for all machines at once, by `visavis train --release` or on the trainer's page."
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


async def say_what_instead(request: web.Request) -> web.Response:
    """Tell what is done otherwise here, and how."""
    check_access(request)
    raise NotOffered(_INSTEAD[request.method, request.path])


routes.post("/model/train")(say_what_instead)
routes.put("/model")(say_what_instead)
routes.delete("/model")(say_what_instead)
routes.post("/model/test/stories")(say_what_instead)
routes.post("/model/test/intents")(say_what_instead)
