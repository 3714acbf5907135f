"""What a call says beside its address: read once, and refused with the parameter's name."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.connector.fields import MAX_ID, check_storable, check_unicode, parse_json
from bot.errors import BadParameter, BadPayload

if TYPE_CHECKING:
    from aiohttp import web

    from bot.domain.json import Json, JsonObject


class Verbosity(StrEnum):
    """Which events a tracker is told with."""

    NONE = "NONE"
    APPLIED = "APPLIED"
    AFTER_RESTART = "AFTER_RESTART"
    ALL = "ALL"


def read_flag(request: web.Request, name: str) -> bool:
    """Return a yes/no parameter of the query; absent, and anything but `true`, is no."""
    return request.query.get(name, "").lower() == "true"


def read_verbosity(request: web.Request) -> Verbosity:
    """Return `include_events`. Raises `BadParameter`."""
    given = (request.query.get("include_events") or Verbosity.AFTER_RESTART).upper()
    try:
        return Verbosity(given)
    except ValueError as error:
        known = ", ".join(Verbosity)
        problem = f"Invalid parameter value for 'include_events'. Should be one of {known}"
        raise BadParameter("include_events", "query", problem) from error


def read_until(request: web.Request) -> float | None:
    """Return `until`, seconds since the epoch. Raises `BadParameter`."""
    given = request.query.get("until")
    if not given:  # as Rasa's server: a parameter without a value is none
        return None
    try:
        until = float(given)
    except ValueError:
        until = math.nan
    if not math.isfinite(until):
        raise BadParameter("until", "query", "`until` must be a number: seconds since the epoch")
    return until


def read_conversation_id(request: web.Request) -> str:
    """Return whose conversation the address names. Raises `BadParameter`."""
    name = request.match_info["conversation_id"]
    problem = None
    try:
        check_unicode(name)
    except BadPayload:
        problem = "the conversation's id is no text"
    if len(name) > MAX_ID:
        problem = f"the conversation's id is longer than {MAX_ID} characters"
    if problem:
        raise BadParameter("conversation_id", "path", problem)
    return name


async def read_json(request: web.Request) -> Json:
    """Return the body as JSON that can be kept. Raises `BadPayload`."""
    value = parse_json(await request.read())
    check_storable(value)
    return value


async def read_name(request: web.Request, what: str) -> tuple[str, JsonObject]:
    """Return the `name` in a body that must have one, and the body. Raises `BadPayload`."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise BadPayload("the body must be a JSON object")
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise BadParameter("name", "body", f"Name of the {what} not provided in request body.")
    if len(name) > MAX_ID:
        raise BadParameter("name", "body", f"the name of the {what} is longer than {MAX_ID} characters")
    return name, body
