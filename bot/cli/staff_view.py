"""The people who may log in, in a terminal."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.staff import Member


def write_staff(members: Sequence[Member]) -> None:
    """Write everybody as one JSON list."""
    listed = [
        {
            "email": member.staff.email,
            "name": member.staff.name,
            "roles": sorted(member.staff.roles),
            "disabled_at": member.disabled_at.isoformat() if member.disabled_at else None,
            "open_conversations": member.open,
        }
        for member in members
    ]
    sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")


def show_staff(members: Sequence[Member]) -> None:
    """Show everybody as a table, by name."""
    console = Console(highlight=False, markup=False)  # names are no markup
    if not members:
        console.print("Nobody yet. `visavis staff add` lets somebody in.")
        return
    table = Table("Name", "E-mail", "May", "Has", "", box=None, pad_edge=False)
    for member in members:
        table.add_row(
            member.staff.name,
            member.staff.email,
            ", ".join(sorted(member.staff.roles)),
            _count_open(member) if member.open else "",
            f"shut out since {member.disabled_at:%Y-%m-%d}" if member.disabled_at else "",
        )
    console.print(table)


def say_shut_out(member: Member) -> str:
    """Say that somebody is out, and what of theirs waits for nobody now."""
    said = f"{member.staff.name} is logged out and can log in no more."
    if not member.open:
        return said
    return f"{said} They have {_count_open(member)}, which nobody answers now: take over at the desk."


def _count_open(member: Member) -> str:
    return f"{member.open} open conversation{'' if member.open == 1 else 's'}"
