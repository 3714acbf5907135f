"""What refusals of the Graph API and its headers of usage come to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.connector import ErrorClass
from bot.connector.meta.errors import ROLLING, read_rates_left, read_refusal, read_retry_after


def refuse(code: int, subcode: int = 0, message: str = "no", *, status: int = 400, **more: Any) -> Any:
    error = {"message": message, "code": code, "error_subcode": subcode, **more}
    return read_refusal(status, {"error": error}, {})


@pytest.mark.parametrize(
    ("code", "subcode", "wanted"),
    [
        (190, 463, ErrorClass.AUTH),
        (10, 0, ErrorClass.AUTH),
        (10, 2018278, ErrorClass.WINDOW_CLOSED),
        (10, 2534022, ErrorClass.WINDOW_CLOSED),
        (10, 2018108, ErrorClass.RECIPIENT_GONE),
        (10, 2018300, ErrorClass.POLICY),
        (2018300, 0, ErrorClass.POLICY),
        (2018321, 0, ErrorClass.TRANSIENT),
        (100, 0, ErrorClass.INVALID),
        (100, 2018008, ErrorClass.INVALID),
        (100, 2534037, ErrorClass.POLICY),
        (100, 2018001, ErrorClass.RECIPIENT_GONE),
        (100, 1893061, ErrorClass.POLICY),
        (551, 1545041, ErrorClass.RECIPIENT_GONE),
        (551, 5, ErrorClass.RECIPIENT_GONE),
        (200, 0, ErrorClass.AUTH),
        (230, 0, ErrorClass.AUTH),
        (368, 0, ErrorClass.POLICY),
        (10900, 0, ErrorClass.POLICY),
        *((code, 0, ErrorClass.RATE_LIMITED) for code in (4, 17, 32, 613, 80001, 80006)),
        (2, 0, ErrorClass.TRANSIENT),
        (1200, 0, ErrorClass.TRANSIENT),
        (987654, 0, ErrorClass.PERMANENT),
    ],
)
def test_code_says_why(code: int, subcode: int, wanted: ErrorClass) -> None:
    found = refuse(code, subcode)
    assert found.error.error_class is wanted
    assert found.certain


def test_some_refusals_are_told_by_their_words() -> None:
    words = "Length of param message[text] must be less than or equal to 2000"
    assert refuse(100, message=words).error.error_class is ErrorClass.TOO_LONG
    assert (
        refuse(987, message="sent outside of allowed window.").error.error_class is ErrorClass.WINDOW_CLOSED
    )


def test_unknown_code_of_a_moment_may_be_tried_again() -> None:
    assert refuse(987, is_transient=True).error.error_class is ErrorClass.TRANSIENT
    assert refuse(987, status=500).error.error_class is ErrorClass.TRANSIENT


@pytest.mark.parametrize(("code", "subcode", "certain"), [(1, 1357046, False), (1, 0, False), (1, 99, True)])
def test_error_that_proves_nothing_leaves_the_outcome_open(code: int, subcode: int, *, certain: bool) -> None:
    assert refuse(code, subcode, status=500).certain is certain


def test_answer_of_a_gateway_leaves_the_outcome_open() -> None:
    found = read_refusal(502, None, {})
    assert not found.certain
    assert read_refusal(429, None, {"retry-after": "3"}).error.retry_after == timedelta(seconds=3)


def test_token_that_meta_repeats_is_not_repeated() -> None:
    found = refuse(190, message="Malformed access token EAAGm0PX4ZCpsBAKZA1Vsecretsecret")
    assert "EAAG" not in found.error.detail
    assert found.error.detail.startswith("Meta refused: Malformed access token")


def test_wait_is_as_meta_says_it() -> None:
    usage = {"10": [{"call_count": 100, "estimated_time_to_regain_access": 3}, {"call_count": 5}]}
    business = {"x-business-use-case-usage": json.dumps(usage)}
    assert read_retry_after(business) == timedelta(minutes=3)
    assert read_retry_after({**business, "retry-after": "7"}) == timedelta(seconds=7)
    assert read_retry_after({"retry-after": "soon"}) is None
    assert read_retry_after({"x-app-usage": "no json", "x-page-usage": "[5]"}) is None


def test_nothing_is_left_once_all_is_used() -> None:
    for name in ("x-app-usage", "x-page-usage"):
        assert read_rates_left({name: json.dumps({"call_count": 99, "total_time": 12})}) == ()
        (left,) = read_rates_left({name: json.dumps({"call_count": 5, "total_time": 100})})
        assert (left.scope, left.left, left.again) == ("account", 0, ROLLING)
