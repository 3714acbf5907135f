"""The built page assets, read once at start and served from memory with names that change with content.

`bot/web/assets/build.mjs` writes them to `static/` beside a `manifest.json` that maps a source's
name (`desk.css`) to its built one (`desk-4F2K9XQA.css`). Because a built name never changes its
content, browsers may keep it for ever.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC_ROOT = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES_WORTH_ZIPPING = ("text/", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One built file. `zipped` is its gzip form where that is worth it."""

    name: str
    content_type: str
    body: bytes = field(repr=False)
    zipped: bytes | None = field(default=None, repr=False)

    def respond(self, request: web.Request, *, cache: str = FOR_EVER) -> web.Response:
        """Answer `request` with the file, or with 304 when the asker has it already."""
        etag = self.name.rpartition(".")[0]
        charset = "utf-8" if self.content_type.startswith("text/") else None
        if any(known.value in (etag, "*") for known in request.if_none_match or ()):
            response = web.Response(status=304)
        elif self.zipped is not None and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            response = web.Response(body=self.zipped, content_type=self.content_type, charset=charset)
            response.headers[hdrs.CONTENT_ENCODING] = "gzip"
        else:
            response = web.Response(body=self.body, content_type=self.content_type, charset=charset)
        response.headers[hdrs.CACHE_CONTROL] = cache
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.etag = etag
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFiles:
    """All built files by built name, and the way from a source's name to it."""

    names: Mapping[str, str]
    files: Mapping[str, StaticFile] = field(repr=False)

    def url(self, source: str) -> str:
        """Return the path of `source` (`desk.css`) on this server. Raises `SettingsError` if not built."""
        return f"/static/{self.get(source).name}"

    def get(self, source: str) -> StaticFile:
        """Return the built form of `source`. Raises `SettingsError` if there is none."""
        built = self.names.get(source)
        if built is None:
            raise SettingsError(f"the page asset {source} was not built: run `make assets`")
        return self.files[built]


STATIC_FILES = web.AppKey("static_files", StaticFiles)


def load_static_files(root: Path = STATIC_ROOT) -> StaticFiles:
    """Read everything built into `root`. Raises `SettingsError` when nothing was built."""
    try:
        names = json.loads((root / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise SettingsError("the page assets were not built: run `make assets`") from error
    paths = [path for path in root.iterdir() if path.name != "manifest.json"]
    return StaticFiles(names=names, files={path.name: _load(path) for path in paths})


def _load(path: Path) -> StaticFile:
    body = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    worth = content_type.startswith(TYPES_WORTH_ZIPPING)
    zipped = gzip.compress(body, mtime=0) if worth else None
    return StaticFile(name=path.name, content_type=content_type, body=body, zipped=zipped)


async def get_static_file(request: web.Request) -> web.Response:
    """`GET /static/{name}`."""
    found = request.app[STATIC_FILES].files.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound(text="no such file\n")
    return found.respond(request)


def add_static_routes(app: web.Application) -> None:
    """Serve `/static/`. The app must carry `STATIC_FILES`."""
    app.router.add_get("/static/{name}", get_static_file)
