from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dateparser.languages.loader import LocaleDataLoader
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.nlu.dimensions.date_words import collect_words
from bot.nlu.dimensions.dates import find_runs, may_hold_date, pick_telling
from bot.nlu.dimensions.finder import DimensionFinder
from bot.nlu.dimensions.options import Dimension, DimensionOptions

BRITISH = DimensionOptions(locale="en_GB", timezone="Europe/London")


def get_sunday() -> datetime:
    return datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def finder() -> DimensionFinder:
    return DimensionFinder(BRITISH, "en", get_sunday)


def find(finder: DimensionFinder, text: str) -> list[tuple[str, str, object]]:
    found = finder.find(text)
    return [(entity.entity, text[entity.start : entity.end], entity.value) for entity in found]


@pytest.mark.parametrize(
    ("text", "words", "value", "grain"),
    [
        ("bring it tomorrow at 5pm please", "tomorrow at 5pm", "2026-11-23T17:00:00.000+00:00", "minute"),
        ("it broke 3 days ago", "3 days ago", "2026-11-19T00:00:00.000+00:00", "day"),
        ("not before next friday", "next friday", "2026-11-27T00:00:00.000+00:00", "day"),
        ("due 3/12/2026, still nothing", "3/12/2026", "2026-12-03T00:00:00.000+00:00", "day"),
        ("since 2026-10-01.", "2026-10-01", "2026-10-01T00:00:00.000+01:00", "day"),
        ("the 5th of may would do", "5th of may", "2027-05-05T00:00:00.000+01:00", "day"),
        ("ordered last week", "last week", "2026-11-09T00:00:00.000+00:00", "week"),
        ("bought in june 2025", "june 2025", "2025-06-01T00:00:00.000+01:00", "month"),
        ("come this afternoon", "this afternoon", "2026-11-22T15:00:00.000+00:00", "hour"),
    ],
)
def test_dates_are_iso_times_with_a_grain(
    finder: DimensionFinder, text: str, words: str, value: str, grain: str
) -> None:
    assert find(finder, text) == [("time", words, value)]
    (entity,) = finder.find(text)
    assert entity.info == {"type": "value", "value": value, "grain": grain}
    assert entity.extractor == "DucklingEntityExtractor"


def test_several_dates_are_found_each(finder: DimensionFinder) -> None:
    assert [words for _, words, _ in find(finder, "monday or tuesday, and not 9am and 11:30")] == [
        "monday",
        "tuesday",
        "9am",
        "11:30",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "I may buy 2 halos",
        "I sat 2 hours there",
        "open 24/7",
        "firmware 2.1.4",
        "I want it now",
        "order 104233",
    ],
)
def test_words_that_only_look_like_dates_are_none(finder: DimensionFinder, text: str) -> None:
    assert find(finder, text) == []


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        ("you took £42.50 twice", "£42.50", 42.5, "£"),
        ("I paid 1,299.00 euros", "1,299.00 euros", 1299.0, "EUR"),
        ("12,50 € too much", "12,50 €", 12.5, "EUR"),
        ("only $5!", "$5", 5.0, "$"),
        ("20 quid?", "20 quid", 20.0, "£"),
        ("GBP 30 gone", "GBP 30", 30.0, "GBP"),
    ],
)
def test_money_is_a_number_with_its_unit_beside_it(
    finder: DimensionFinder, text: str, words: str, value: float, unit: str
) -> None:
    assert find(finder, text) == [("amount-of-money", words, value)]
    (entity,) = finder.find(text)
    assert entity.info == {"type": "value", "value": value, "unit": unit}


def test_addresses_are_found_without_what_stands_around_them(finder: DimensionFinder) -> None:
    assert find(finder, "mail (J.Smith+lyra@Example.net), not bar@baz or a..b@example.org.") == [
        ("email", "J.Smith+lyra@Example.net", "J.Smith+lyra@example.net"),
    ]


def test_phone_numbers_are_those_that_exist(finder: DimensionFinder) -> None:
    assert find(
        finder, "call 07400 123456 or +49 30 901820, order LY-104233, parcel 00340434161094021501"
    ) == [
        ("phone-number", "07400 123456", "+447400123456"),
        ("phone-number", "+49 30 901820", "+4930901820"),
    ]


def test_without_a_locale_days_follow_months_and_phone_numbers_need_their_country() -> None:
    finder = DimensionFinder(DimensionOptions(), "en", get_sunday)
    assert find(finder, "by 3/12/2027, call 07400 123456 or +44 7400 123456") == [
        ("time", "3/12/2027", "2027-03-12T00:00:00.000+00:00"),
        ("phone-number", "+44 7400 123456", "+447400123456"),
    ]


def test_other_languages_have_the_words_of_their_own_calendar() -> None:
    options = DimensionOptions(dimensions=(Dimension.TIME,), timezone="Europe/Berlin")
    german = DimensionFinder(options, "de", get_sunday)
    assert find(german, "kommt es morgen oder am 3. Dezember 2026?") == [
        ("time", "morgen", "2026-11-23T00:00:00.000+01:00"),
        ("time", "3. Dezember 2026", "2026-12-03T00:00:00.000+01:00"),
    ]


def test_a_language_without_a_calendar_has_no_dates() -> None:
    finder = DimensionFinder(DimensionOptions(dimensions=(Dimension.TIME,)), "xx", get_sunday)
    assert find(finder, "tomorrow, 2026-10-01") == []


CALENDAR = collect_words(LocaleDataLoader().get_locale("en").info)


@given(st.lists(st.sampled_from([*CALENDAR, "3rd", "12/5/26", "5pm", "Mayday", "Fri\u0130"])).map(" ".join))
def test_no_date_is_missed_by_the_first_look(text: str) -> None:
    if list(find_runs(text, CALENDAR)):
        assert may_hold_date(text, pick_telling(CALENDAR))


def test_only_what_is_switched_on_is_found() -> None:
    finder = DimensionFinder(DimensionOptions(dimensions=(Dimension.MONEY,)), "en", get_sunday)
    assert find(finder, "£5 tomorrow to a@example.com") == [("amount-of-money", "£5", 5.0)]


def test_a_time_zone_nobody_knows_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="timezone 'Nowhere/Land'"):
        DimensionFinder(DimensionOptions(timezone="Nowhere/Land"), "en", get_sunday)


@given(st.text(max_size=60) | st.from_regex(r"([0-9a-z@+£ .,:/-]|may|last|week|pm){1,40}", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_spans_inside_it(finder: DimensionFinder, text: str) -> None:
    for entity in finder.find(text):
        assert entity.start is not None
        assert entity.end is not None
        assert 0 <= entity.start < entity.end <= len(text)
