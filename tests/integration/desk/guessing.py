"""Guessing a password at many doors, as processes that know nothing of each other but what Redis counts."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotAllowed, TooManyAttempts
from bot.service.attempts import WINDOW
from bot.service.passwords import PasswordCheck
from bot.service.sign_in import SHARED_LIMIT, Door, Knock, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.service.road import Road

_ONE_BACK = WINDOW / SHARED_LIMIT
"""After so long one more try is allowed: on a busy machine some are, before all are used up."""


async def guess_until_stopped(road: Road, knocks: Iterator[Knock]) -> None:
    """Guess once at each of many doors, until the guesser is stopped; fails where that is too soon or late.

    The person has logged in once before.
    """
    passwords, began, guessed = PasswordCheck(), monotonic(), 0
    for knock in knocks:
        try:
            with pytest.raises(NotAllowed):
                await sign_in(road, Door(passwords=passwords), knock)
        except TooManyAttempts:
            break
        guessed += 1
        assert guessed <= SHARED_LIMIT + (monotonic() - began) / _ONE_BACK.total_seconds()
    assert guessed >= SHARED_LIMIT - 1
