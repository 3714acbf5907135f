"""The texts of the pages: one catalogue per language, plurals by ICU's rules.

A text may hold `{name}` and `{count, plural, =0 {…} one {…} other {… # …}}`; `#` is the count.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).parent / "texts"
_PLURAL = re.compile(r"\{(\w+), plural,((?:\s*(?:=\d+|\w+)\s*\{[^{}]*\})+)\s*\}")
_CASE = re.compile(r"(=\d+|\w+)\s*\{([^{}]*)\}")
_VALUE = re.compile(r"\{(\w+)\}")


@cache
def load_texts(language: str = "en") -> dict[str, str]:
    """Read a catalogue into dotted names: `[desk] empty = "…"` is `desk.empty`."""
    sections = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def say(name: str, /, **values: object) -> str:
    """Return a text with its values filled in. Raises `KeyError` for an unknown text or a missing value."""
    return fill(load_texts()[name], values)


def name_channel(channel: str) -> str:
    """Return what people call a channel; one of a plugin's own goes by the name it has."""
    return load_texts().get(f"channel.{channel}", channel)


def fill(text: str, values: dict[str, object]) -> str:
    """Fill `{name}` and plurals of a text."""

    def choose(match: re.Match[str]) -> str:
        count = int(str(values[match[1]]))
        cases = dict(_CASE.findall(match[2]))
        chosen = cases.get(f"={count}") or (cases.get("one") if count == 1 else None) or cases["other"]
        return str(chosen).replace("#", f"{count:,}")

    def value(match: re.Match[str]) -> str:
        return str(values[match[1]])

    # Values come last and in one pass, so that what a customer is called is never read as a pattern.
    return _VALUE.sub(value, _PLURAL.sub(choose, text))
