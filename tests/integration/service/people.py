"""Staff for tests of the road."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.staff import Role, Staff
from bot.service.add_staff import add_staff

if TYPE_CHECKING:
    from bot.service.road import Road


async def add_agent(road: Road, name: str) -> Staff:
    """Add somebody who answers; the address is made of the first name."""
    email = f"{name.partition(' ')[0].lower()}@lyra.example"
    return await add_staff(road, email=email, name=name, password="correct horse", roles=[Role.AGENT])
