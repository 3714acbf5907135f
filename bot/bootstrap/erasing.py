"""Erasing a customer without the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bootstrap.project import open_project
from bot.bootstrap.road import make_road
from bot.bootstrap.stores import open_stores
from bot.service.erase_contact import erase_contacts, find_person, foresee_erasure
from bot.storage.files import FileStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.service.road import Road
    from bot.settings import Settings
    from bot.storage.erasing import Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasable:
    """A customer who was found: their contacts, the one that was asked for first, and how much there is."""

    contacts: tuple[int, ...]
    one: Amounts
    all: Amounts


@asynccontextmanager
async def _open_road(settings: Settings) -> AsyncIterator[Road]:
    project = open_project(settings)
    async with open_stores(settings, join=True) as stores:
        yield make_road(settings, project, stores)


async def find_erasable(settings: Settings, channel: str, account: str, native_id: str) -> Erasable:
    """Return who has this id on an account. Raises `Refused` in words for whoever typed it."""
    async with _open_road(settings) as road:
        contacts = await find_person(road, channel, account, native_id)
        return Erasable(
            contacts=tuple(contacts),
            one=await foresee_erasure(road, contacts[:1]),
            all=await foresee_erasure(road, contacts),
        )


async def erase(settings: Settings, contacts: Sequence[int]) -> Amounts:
    """Erase contacts for good; returns how much it was."""
    files = FileStore(settings.media or settings.data / "media")
    async with _open_road(settings) as road:
        return await erase_contacts(road, files, contacts, None)
