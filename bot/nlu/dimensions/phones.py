"""Phone numbers: Google's library, in Python, knows which numbers a country has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.nlu.dimensions.found import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEAST_DIGITS = 7


def open_phones(region: str | None) -> Callable[[str], Iterator[Found]]:
    """Return a finder of numbers that exist: the value is the number as +442079460958.

    Without a region (`GB`) only numbers that begin with a country's code are found.
    """
    from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number  # noqa: PLC0415 - see the package

    def find(text: str) -> Iterator[Found]:
        if sum(map(str.isdigit, text)) < _LEAST_DIGITS:
            return
        for match in PhoneNumberMatcher(text, region):
            number = format_number(match.number, PhoneNumberFormat.E164)
            info = {"type": "value", "value": number}
            yield Found(start=match.start, end=match.end, value=number, info=info)

    return find
