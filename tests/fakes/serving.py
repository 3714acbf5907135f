"""Running an aiohttp application on a free port of loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[tuple[str, web.TCPSite]]:
    """Serve `app` until the block ends or the site is stopped; yields its address, without a slash."""
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)  # addresses of a platform hold tokens
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port, *_ = runner.addresses[0]
        yield f"http://{host}:{port}", site
    finally:
        await runner.cleanup()


async def reset(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of answering."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
