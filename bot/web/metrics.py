"""`GET /metrics` for Prometheus: this process's counters, and what waits according to PostgreSQL."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.errors import StorageUnavailable
from bot.storage.depths import Depths, get_depths
from bot.storage.ledger import LedgerDay, list_ledger
from bot.web.keys import ROAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.service.road import Road

_SETTLED = ("bot", "staff", "waiting", "not_needed")


async def get_metrics(request: web.Request) -> web.Response:
    """Say everything that is known; without the database, what this process knows."""
    registry = CollectorRegistry()
    up = Gauge("visavis_database_up", "Whether PostgreSQL answers.", registry=registry)
    try:
        depths, days = await _count(request.app[ROAD])
    except StorageUnavailable:
        up.set(0)
    else:
        up.set(1)
        _fill_depths(registry, depths)
        _fill_ledger(registry, days)
    body = generate_latest() + generate_latest(registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _count(road: Road) -> tuple[Depths, list[LedgerDay]]:
    today = road.now().astimezone(UTC).date()
    async with road.database.read() as connection:
        return await get_depths(connection), await list_ledger(connection, since=today)


def _fill_depths(registry: CollectorRegistry, depths: Depths) -> None:
    waiting = Gauge(
        "visavis_waiting",
        "What waits now: conversations for the bot, for a person, with a person; messages for delivery.",
        ["for"],
        registry=registry,
    )
    counts = {
        "answer": depths.unanswered,
        "delivery": depths.undelivered,
        "person": depths.queued,
        "staff": depths.held,
    }
    for name, count in counts.items():
        waiting.labels(name).set(count)
    longest = Gauge(
        "visavis_longest_wait_seconds",
        "How long the oldest handoff has waited to be taken by a person.",
        registry=registry,
    )
    longest.set(depths.longest_wait)
    held = Gauge(
        "visavis_longest_held_wait_seconds",
        "How long the oldest message has waited for the person who has its conversation.",
        registry=registry,
    )
    held.set(depths.longest_held_wait)


def _fill_ledger(registry: CollectorRegistry, days: Iterable[LedgerDay]) -> None:
    labels = ["channel", "account"]
    received = Gauge(
        "visavis_ledger_received", "Customers' messages received today (UTC).", labels, registry=registry
    )
    settled = Gauge("visavis_ledger_settled", "What became of them.", [*labels, "settled"], registry=registry)
    adds_up = Gauge(
        "visavis_ledger_adds_up", "Whether every one is accounted for.", labels, registry=registry
    )
    for day in days:
        names = (day.channel, day.account)
        received.labels(*names).set(day.received)
        adds_up.labels(*names).set(day.adds_up)
        for column in _SETTLED:
            settled.labels(*names, column).set(getattr(day, column))


def add_metrics_routes(app: web.Application) -> None:
    """Serve `/metrics`. The app must carry `ROAD`."""
    app.router.add_get("/metrics", get_metrics)
