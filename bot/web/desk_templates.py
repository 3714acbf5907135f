"""Approved messages at the desk: chosen, filled in, looked at, and sent also where the window is closed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector.templates import PLACE, split_card
from bot.domain.staff import Role
from bot.errors import BadPayload, PlatformUnavailable, UnknownConversation
from bot.service.list_templates import TemplateShelf, choose_template
from bot.service.send_template import Filled, send_template
from bot.storage import conversations
from bot.web.auth import current_staff, require
from bot.web.bodies import read_form
from bot.web.desk import id_of, view_of
from bot.web.desk_acts import MAX_KEY, STALE, done, explained
from bot.web.keys import CONNECTORS, ROAD
from bot.web.render import render
from bot.web.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.connector import Connector, Place, Template
    from bot.domain.conversation import Conversation

_SHELF: web.AppKey[TemplateShelf] = web.AppKey("template_shelf", TemplateShelf)
_MOST_PLACES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A place to be filled in. `accepts` are the types of its file, empty where it is a text."""

    label: str
    name: str
    example: str
    most: int
    accepts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A template to choose. `pieces` are its words, and the numbers of the places between them."""

    template: Template
    fields: Sequence[Field]
    pieces: Sequence[str | int]


def view_field(place: Place) -> Field:
    """Show a place, with words for where it stands."""
    card, part = split_card(place.part)
    kind, _, number = part.partition(".")
    if place.takes is not None:
        label = say(f"desk.template_file_{place.name}")
    elif kind in ("header", "button"):
        label = say(f"desk.template_place_{kind}", name=place.name, number=int(number or 0) + 1)
    else:
        label = say("desk.template_place", name=place.name)
    return Field(
        label=label if card is None else say("desk.template_card", label=label, number=card + 1),
        name=place.name,
        example=place.example,
        most=place.most,
        accepts="" if place.takes is None else ",".join(sorted(place.takes.mimes)),
    )


def view_template(template: Template) -> TemplateView:
    """Show a template with its places numbered in the order they are filled in."""
    numbers = {(place.part, place.name): number for number, place in enumerate(template.places)}
    pieces: list[str | int] = []
    for part in template.parts:
        end = 0
        pieces += ["\n"] if pieces else []
        for found in PLACE.finditer(part.text):
            pieces += [part.text[end : found.start()], numbers[part.part, found[1]]]
            end = found.end()
        pieces.append(part.text[end:])
    fields = [view_field(place) for place in template.places]
    return TemplateView(template=template, fields=fields, pieces=pieces)


@require(Role.AGENT, Role.LEAD)
async def get_templates(request: web.Request) -> web.StreamResponse:
    """`GET /desk/c/{id}/templates`: what can be chosen from, or why nothing can."""
    conversation, connector = await _find(request)
    shown: list[TemplateView] = []
    others: list[Template] = []
    problem = ""
    try:
        templates = await request.app[_SHELF].list(connector, now=request.app[ROAD].now())
        shown = [view_template(each) for each in templates if not each.problem]
        others = [each for each in templates if each.problem]
    except PlatformUnavailable as error:
        problem = str(error)
    return render(
        request,
        "desk/templates.html",
        conversation=conversation,
        templates=shown,
        others=others,
        problem=problem,
        view=view_of(request),
        key=secrets.token_urlsafe(12),
    )


@require(Role.AGENT, Role.LEAD)
async def post_template(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/template`: send `template`, its places filled by `place.0` and so on.

    A place that takes a file is filled with the number that `POST …/outgoing` told.
    """
    form, (conversation, connector) = await read_form(request), await _find(request)
    road, key = request.app[ROAD], form.get("key", "")
    with explained("say"):
        if not 0 < len(key) <= MAX_KEY:
            raise BadPayload(STALE)
        try:
            templates = await request.app[_SHELF].list(connector, now=road.now())
        except PlatformUnavailable as error:
            raise BadPayload(f"{error}. Nothing is lost: try it again in a moment") from error
        template = choose_template(templates, form.get("template", ""))
        filled = Filled(template=template, given=_places_of(form), key=key)
        connectors = request.app[CONNECTORS]
        await send_template(road, conversation, current_staff(request), filled, connectors=connectors)
    return done(request, conversation.id)


def _places_of(form: Mapping[str, str]) -> list[str]:
    names = [f"place.{number}" for number in range(_MOST_PLACES)]
    return [form[name] for name in names if name in form]


async def _find(request: web.Request) -> tuple[Conversation, Connector | None]:
    async with request.app[ROAD].database.read() as connection:
        conversation = await conversations.get_conversation(connection, id_of(request))
    if conversation is None:
        raise UnknownConversation("There is no such conversation.")
    return conversation, request.app[CONNECTORS].get((conversation.channel, conversation.account))


def add_template_routes(app: web.Application) -> None:
    """Serve the desk's templates. The app must carry `ROAD`, `CONNECTORS` and `TEMPLATES`."""
    app[_SHELF] = TemplateShelf()
    app.router.add_get(r"/desk/c/{id:\d{1,19}}/templates", get_templates)
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/template", post_template)
