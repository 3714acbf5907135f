from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk.unsupported import BURST, FORGOTTEN, Course, Earlier, choose_course
from bot.domain.message import Kind, Settled

SECOND = timedelta(seconds=1)


def sent(ago: timedelta, settled: Settled = Settled.BOT, kind: Kind = Kind.UNSUPPORTED) -> Earlier:
    return Earlier(kind=kind, settled=settled, ago=ago)


def left(ago: timedelta) -> Earlier:
    return sent(ago, Settled.NOT_NEEDED)


@pytest.mark.parametrize(
    ("earlier", "course"),
    [
        ([], Course.SAY),
        ([sent(SECOND)], Course.LEAVE),
        ([left(SECOND), left(2 * SECOND), sent(3 * SECOND)], Course.LEAVE),
        ([sent(BURST)], Course.ASK_PERSON),
        ([left(SECOND), sent(BURST)], Course.ASK_PERSON),
        ([sent(FORGOTTEN + SECOND)], Course.SAY),
        ([sent(SECOND, kind=Kind.TEXT), sent(2 * SECOND)], Course.SAY),
        ([sent(SECOND, kind=Kind.MEDIA), sent(2 * SECOND)], Course.SAY),
        ([sent(SECOND, Settled.STAFF)], Course.SAY),
        ([left(SECOND)], Course.SAY),
    ],
    ids=[
        "the first",
        "in a burst",
        "late in a burst",
        "again",
        "again after a burst",
        "on another day",
        "words since",
        "a picture since",
        "a person dealt with it",
        "the bot was silent",
    ],
)
def test_course(earlier: list[Earlier], course: Course) -> None:
    assert choose_course(earlier) is course
