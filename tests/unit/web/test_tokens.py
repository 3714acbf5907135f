"""The look's promises that arithmetic can check: contrast of every pair of colours that meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "bot" / "web" / "assets" / "tokens.css"
COLOUR = re.compile(r"--([\w-]+): var\(--light, (#\w{6})\) var\(--dark, (#\w{6})\)")
SURFACES = ("ground", "surface", "surface-raised", "surface-quiet")
WORDS = [(ink, surface) for ink in ("ink", "ink-quiet", "accent", "urgent") for surface in SURFACES]
PAIRS = [
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-accent-quiet", "accent-quiet"),
    ("accent", "accent-quiet"),
    ("ink-quiet", "accent-quiet"),
    ("on-said", "said"),
    ("on-urgent", "urgent"),
    ("urgent", "urgent-quiet"),
    ("on-paper", "paper"),
    ("ink-quiet", "paper"),
]
EDGES = [(edge, surface) for edge in ("line-strong", "focus") for surface in SURFACES]


def load_colours(theme: str) -> dict[str, str]:
    column = {"light": 1, "dark": 2}[theme]
    return {str(found[1]): str(found[column + 1]) for found in COLOUR.finditer(TOKENS.read_text())}


def compute_luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2 of a `#rrggbb` colour."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def compute_contrast(one: str, other: str) -> float:
    dark, light = sorted((compute_luminance(one), compute_luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "surface"), [*WORDS, *PAIRS])
def test_words_can_be_read_on_what_they_stand_on(theme: str, ink: str, surface: str) -> None:
    colours = load_colours(theme)
    assert compute_contrast(colours[ink], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "surface"), EDGES)
def test_edges_of_controls_can_be_seen(theme: str, edge: str, surface: str) -> None:
    colours = load_colours(theme)
    assert compute_contrast(colours[edge], colours[surface]) >= 3
