"""The catalogue of texts, and that pages use all of it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import Status, Surface
from bot.domain.message import DeliveryState
from bot.storage.queue import QueueView
from bot.web import words
from bot.web.desk_view import Holding
from bot.web.words import fill, load_texts, name_channel, say

WEB = Path(words.__file__).parent
PEOPLE = "{count, plural, =0 {Nobody waits} one {# person waits} other {# people wait}}"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "Nobody waits"), (1, "1 person waits"), (2, "2 people wait"), (12_000, "12,000 people wait")],
)
def test_plurals(count: int, text: str) -> None:
    assert fill(PEOPLE, {"count": count}) == text


@given(st.text())
def test_values_are_never_read_as_patterns(name: str) -> None:
    assert fill("Hello {name}.", {"name": name}) == f"Hello {name}."
    assert fill("{name}{count, plural, other {#}}", {"name": name, "count": 3}) == f"{name}3"


def test_a_missing_value_or_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("rail.logout")
    with pytest.raises(KeyError):
        say("rail.nonsense")


def test_every_text_a_page_says_stands_in_the_catalogue() -> None:
    sources = [*WEB.glob("*.py"), *(WEB / "templates").rglob("*.html")]
    said = {name for path in sources for name in re.findall(r"say\(\s*[\"']([\w.]+)[\"']", path.read_text())}
    assert said, "nothing was found: the pattern is wrong"
    assert {name for name in said if not name.endswith(("_", "."))} - load_texts().keys() == set()


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("desk.view_", QueueView),
        ("desk.empty_", QueueView),
        ("desk.status_", Status),
        ("desk.hold_", Holding),
        ("desk.fact_surface_", Surface),
        ("delivery.", DeliveryState),
    ],
)
def test_every_state_has_words(
    prefix: str, names: type[QueueView | Status | Holding | Surface | DeliveryState]
) -> None:
    assert {f"{prefix}{name.value}" for name in names} - load_texts().keys() == set()


def test_channels_have_the_names_that_people_know_and_others_their_own() -> None:
    assert [name_channel(each) for each in ("x", "whatsapp", "pigeon")] == ["X", "WhatsApp", "pigeon"]
