"""Amounts of money: price-parser reads what a number beside a currency says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.nlu.dimensions.found import Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.domain.json import JsonObject

_NUMBER = r"\d{1,3}(?:[.,' \u00a0]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|INR|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|BRL|MXN|CNY|SGD|HKD|TRY|AED"
_WORDS = "dollars?|bucks?|pounds?(?: sterling)?|quid|euros?|yen|rupees?|francs?"
_SIGNS = r"(?:us|ca|au|nz)?\$|[£€¥₹]"
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGNS}|\b(?:{_CODES}))\s?(?P<first>{_NUMBER})"
    rf"|(?P<second>{_NUMBER})\s?(?P<after>{_SIGNS}|(?:{_CODES}|{_WORDS})\b))(?![\w$£€])(?![.,]\d)",
    re.IGNORECASE,
)
_UNITS = {
    "€": "EUR",
    "euro": "EUR",
    "dollar": "$",
    "buck": "$",
    "us$": "USD",
    "ca$": "CAD",
    "au$": "AUD",
    "nz$": "NZD",
    "pound": "£",
    "pounds sterling": "£",
    "pound sterling": "£",
    "quid": "£",
    "¥": "JPY",
    "yen": "JPY",
    "₹": "INR",
    "rupee": "INR",
    "franc": "CHF",
}
"""Duckling's units for what is written; any other is its own unit, in capitals."""


def open_money() -> Callable[[str], Iterator[Found]]:
    """Return a finder of amounts: the value is a number, its info has the unit (`$`, `£`, `EUR`)."""
    from price_parser import Price  # noqa: PLC0415 - see the package

    def find(text: str) -> Iterator[Found]:
        for match in _MONEY.finditer(text):
            amount = Price.fromstring(match["first"] or match["second"]).amount_float
            if amount is not None:
                unit = _name_unit(match["before"] or match["after"])
                info: JsonObject = {"type": "value", "value": amount, "unit": unit}
                yield Found(start=match.start(), end=match.end(), value=amount, info=info)

    return find


def _name_unit(written: str) -> str:
    word = " ".join(written.lower().split())
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s")) or word.upper()
