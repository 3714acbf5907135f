"""Rasa's callback channel: taken at once, answered at the account's own address."""

from __future__ import annotations

from aiohttp import web

from bot.web.hooks import take
from bot.web.rasa_api.rest import choose_account

routes = web.RouteTableDef()


@routes.post("/webhooks/callback/webhook")
async def talk(request: web.Request) -> web.Response:
    """Take `{sender, message, metadata?}`; the replies are POSTed to the account's `url`."""
    await take(request, choose_account(request, "callback"))
    return web.Response(text="success")
