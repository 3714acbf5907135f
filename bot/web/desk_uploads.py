"""Files that staff are about to send: brought one by one while the answer is written, shown, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.staff import Role
from bot.errors import UnknownConversation
from bot.service.keep_outgoing import LARGEST, NewFile, keep_outgoing, refuse_size
from bot.storage import outgoing_files
from bot.web.attachment_view import say_size
from bot.web.auth import current_staff, require
from bot.web.bodies import read_file, streams
from bot.web.desk import id_of
from bot.web.desk_acts import explained
from bot.web.desk_files import give_file
from bot.web.ids import read_id
from bot.web.keys import CONNECTORS, FILES, ROAD

if TYPE_CHECKING:
    from bot.service.keep_outgoing import Brought


@streams
@require(Role.AGENT, Role.LEAD)
async def post_file(request: web.Request) -> web.StreamResponse:
    """`POST /desk/c/{id}/outgoing?name=…`: keep the body, a file, until it is sent; tells its number."""
    with explained("file"):
        content = await read_file(request, most=LARGEST)
        if content is None:
            raise refuse_size()
        new = NewFile(name=request.query.get("name", ""), content=content)
        road, connectors = request.app[ROAD], request.app[CONNECTORS]
        brought = await keep_outgoing(road, connectors, id_of(request), current_staff(request), new)
    return web.json_response(_show(brought))


def _show(brought: Brought) -> dict[str, object]:
    file = brought.file
    return {
        "id": file.id,
        "name": file.name,
        "kind": file.kind,
        "bytes": file.size,
        "size": say_size(file.size),
        "link": brought.as_link,
    }


@require(Role.AGENT, Role.LEAD)
async def get_outgoing(request: web.Request) -> web.StreamResponse:
    """`GET /desk/outgoing/{file}`: a file that whoever asks has brought and not sent."""
    file_id, staff = read_id(request.match_info["file"]), current_staff(request)
    async with request.app[ROAD].database.read() as connection:
        file = await outgoing_files.get_unsent(connection, file_id, staff.id)
    if file is None:
        raise UnknownConversation("There is no such file.")
    return await give_file(request.app[FILES], key=file.key, mime=file.mime, name=file.name)


@require(Role.AGENT, Role.LEAD)
async def post_drop(request: web.Request) -> web.StreamResponse:
    """`POST /desk/outgoing/{file}/drop`: it will not be sent after all."""
    file_id, staff = read_id(request.match_info["file"]), current_staff(request)
    async with request.app[ROAD].database.begin() as connection:
        await outgoing_files.drop_unsent(connection, file_id, staff.id)
    return web.Response(status=204)


def add_upload_routes(app: web.Application) -> None:
    """Serve what staff are about to send. The app must carry `ROAD`, `CONNECTORS` and `FILES`."""
    app.router.add_post(r"/desk/c/{id:\d{1,19}}/outgoing", post_file)
    app.router.add_get(r"/desk/outgoing/{file:\d{1,19}}", get_outgoing)
    app.router.add_post(r"/desk/outgoing/{file:\d{1,19}}/drop", post_drop)
