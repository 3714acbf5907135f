"""The human queue, in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from bot.desk.brief import first_words
from bot.service.list_queue import QueueEntry, to_json

_WORDS = 12


def write_queue(entries: Sequence[QueueEntry]) -> None:
    """Write the queue as one JSON list."""
    now = datetime.now(UTC)
    sys.stdout.write(
        json.dumps([to_json(entry, now) for entry in entries], ensure_ascii=False, indent=2) + "\n"
    )


def show_queue(entries: Sequence[QueueEntry]) -> None:
    """Show the queue as a table, the most urgent on top."""
    console = Console(highlight=False, markup=False)  # customers' words are no markup
    if not entries:
        console.print("Nobody waits for a person.")
        return
    now = datetime.now(UTC)
    table = Table("Id", "Waits", "Who", "Channel", "Why", "Wants", box=None, pad_edge=False)
    for entry in entries:
        row = entry.row
        table.add_row(
            str(row.conversation_id),
            _duration(now - entry.waiting_since) if entry.waiting_since else "",
            row.contact_name or "",
            row.channel,
            "; ".join(entry.score.reasons),
            first_words(row.wants, _WORDS),
        )
    console.print(table)


def _duration(waited: timedelta) -> str:
    minutes = int(waited.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
