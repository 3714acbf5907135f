"""The desk without its pages: who may log in, and what waits for people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.bootstrap.project import open_project
from bot.bootstrap.service import make_road
from bot.bootstrap.stores import open_stores
from bot.service.add_staff import add_staff
from bot.service.list_queue import QueueEntry, list_queue

if TYPE_CHECKING:
    from bot.domain.staff import Role, Staff
    from bot.service.road import Road
    from bot.settings import Settings


@asynccontextmanager
async def _open_road(settings: Settings) -> AsyncIterator[Road]:
    project = open_project(settings)
    async with open_stores(settings, join=True) as stores:
        yield make_road(settings, project, stores)


async def read_queue(settings: Settings) -> list[QueueEntry]:
    """Return what waits for a person, the most harm first."""
    async with _open_road(settings) as road:
        return await list_queue(road)


async def add_member(
    settings: Settings, *, email: str, name: str, password: str, roles: Iterable[Role]
) -> Staff:
    """Add somebody who may log in. Raises `Refused` in words for whoever typed it."""
    async with _open_road(settings) as road:
        return await add_staff(road, email=email, name=name, password=password, roles=roles)
