"""The road of messages, built of opened stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.service.answer_by_mail import choose_mailers
from bot.service.move_to_private import leads_to_private
from bot.service.road import Road

if TYPE_CHECKING:
    from bot.bootstrap.connectors import Connectors
    from bot.bootstrap.stores import Stores
    from bot.rasa_format.project import Project
    from bot.settings import Settings


def make_road(
    settings: Settings, project: Project, stores: Stores, connectors: Connectors | None = None
) -> Road:
    """Return the road on opened stores."""
    return Road(
        database=stores.database,
        bus=stores.bus,
        now=_now,
        desk=project.desk,
        lease=timedelta(seconds=settings.lease_seconds),
        turn_limit=timedelta(seconds=settings.turn_seconds),
        send_limit=timedelta(seconds=settings.send_seconds),
        bursts={channel: each.capabilities.burst_pause for (channel, _), each in (connectors or {}).items()},
        many_ids=frozenset(
            channel for (channel, _), each in (connectors or {}).items() if each.capabilities.many_ids
        ),
        passages={key: each for key, each in (connectors or {}).items() if leads_to_private(each)},
        mailers=choose_mailers(connectors or {}),
    )


def _now() -> datetime:
    return datetime.now(UTC)
