"""The desk without its pages: who may log in, and what waits for people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.bootstrap.project import open_project
from bot.bootstrap.road import make_road
from bot.bootstrap.stores import open_stores
from bot.service import look_after_staff
from bot.service.add_staff import add_staff
from bot.service.list_queue import QueueEntry, list_queue

if TYPE_CHECKING:
    from bot.domain.staff import Role, Staff
    from bot.service.road import Road
    from bot.settings import Settings
    from bot.storage.staff import Member


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


async def read_members(settings: Settings) -> list[Member]:
    """Return everybody who may log in, or might once."""
    async with _open_road(settings) as road:
        return await look_after_staff.list_members(road)


async def change_password(settings: Settings, *, email: str, password: str) -> Member:
    """Give somebody another password. Raises `Refused` in words for whoever typed it."""
    async with _open_road(settings) as road:
        return await look_after_staff.change_password(road, email=email, password=password)


async def shut_out(settings: Settings, email: str) -> Member:
    """Let somebody log in no more. Raises `Refused` in words for whoever typed it."""
    async with _open_road(settings) as road:
        return await look_after_staff.shut_out(road, email)


async def let_in(settings: Settings, email: str) -> Member:
    """Let somebody log in again. Raises `Refused` in words for whoever typed it."""
    async with _open_road(settings) as road:
        return await look_after_staff.let_in(road, email)
