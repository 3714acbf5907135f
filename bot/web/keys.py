"""What the pages' app carries. `bootstrap` puts these in; handlers take them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.service.road import Road

ROAD: web.AppKey[Road] = web.AppKey("road")
PUBLIC_URL: web.AppKey[str | None] = web.AppKey("public_url")  # as in Settings: where browsers reach us
