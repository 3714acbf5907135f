"""`/model/parse`: what a text means, outside any conversation."""

from __future__ import annotations

from aiohttp import web

from bot.connector.fields import parse_object, read_optional_text
from bot.errors import BadParameter, NotOffered
from bot.nlu.parse_json import render_parse
from bot.web.keys import ENGINE
from bot.web.rasa_api.access import check_access

routes = web.RouteTableDef()

_EMULATED = frozenset({"wit", "luis", "dialogflow"})


@routes.post("/model/parse")
async def parse(request: web.Request) -> web.Response:
    """Take `{text}` and answer with Rasa's parse JSON.

    It costs a computation and says what a model knows. So it is for whoever has the token, given as
    to Rasa (`?token=`); without one set, for programs on this machine.
    """
    check_access(request)
    mode = request.query.get("emulation_mode")
    if mode:
        _refuse_emulation(mode)
    text = read_optional_text(parse_object(await request.read()), "text")
    if text is None:
        raise BadParameter("text", "body", "`text` must be a string")
    return web.json_response(render_parse(await request.app[ENGINE].parse(text)))


def _refuse_emulation(mode: str) -> None:
    if mode.lower() in _EMULATED:
        raise NotOffered("services that have ended are not emulated: leave `emulation_mode` out")
    problem = "Invalid parameter value for 'emulation_mode'. Should be one of 'WIT', 'LUIS', 'DIALOGFLOW'."
    raise BadParameter("emulation_mode", "query", problem)
