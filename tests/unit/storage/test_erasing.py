"""Of every table it is decided: erasing a customer empties it, or it holds nothing of theirs."""

from __future__ import annotations

import re

from bot.storage import erasing
from bot.storage.tables import metadata

# What holds no word, name or id of a customer.
NOTHING_OF_THEIRS = {
    *("account", "staff", "staff_session", "model", "release", "training"),
    *("stray_event", "fact_cursor", "erasure"),  # strays belong to nobody, and hold kinds and digests
}


def test_every_table_is_erased_or_holds_nothing_of_theirs() -> None:
    statements = " ".join((*erasing._ERASE, *erasing._FORGET))
    touched = set(re.findall(r"(?:UPDATE|DELETE FROM|INSERT INTO) (\w+)", statements))
    assert touched | NOTHING_OF_THEIRS == set(metadata.tables)
    assert touched & NOTHING_OF_THEIRS == set()
