"""Every key we use, with its prefix, its bound and its time to live."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

PREFIX = "visavis"
GROUP = "workers"

LIVE = f"{PREFIX}:live"
LIVE_LENGTH = 3_000  # entries kept for pages that were away for a moment: at fifty a second, that is a minute
EPOCH = f"{PREFIX}:epoch"  # changes when the server lost what it knew

WORK_LENGTH = 20_000  # hints beyond that are dropped: the sweep puts them again
RATE_GRACE = timedelta(seconds=5)


class Stream(StrEnum):
    """The kinds of work."""

    ANSWER = "answer"
    DELIVER = "deliver"


def work_key(stream: Stream) -> str:
    """Return the key of a work stream."""
    return f"{PREFIX}:work:{stream.value}"


def rate_key(name: str) -> str:
    """Return the key of a token bucket."""
    return f"{PREFIX}:rate:{name}"
