"""What examining an account says about a platform that does not answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.connector import ErrorClass, Finding, SendError, explain_refusal
from bot.connector.answers import Outcome
from bot.domain.json import Json
from connectors.telegram.guide import judge_webhook

ADDRESS = "https://chat.example.com/webhooks/telegram/shop"
TOKEN = "Copy the token again."
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("error_class", "retry_after", "words"),
    [
        (ErrorClass.RATE_LIMITED, timedelta(seconds=7), "look again in 7 seconds"),
        (ErrorClass.RATE_LIMITED, None, "look again in a while"),
        (ErrorClass.TRANSIENT, None, "a firewall, a proxy"),
    ],
)
def test_platform_that_is_away_or_busy_says_nothing_about_the_keys(
    error_class: ErrorClass, retry_after: timedelta | None, words: str
) -> None:
    error = SendError(error_class=error_class, detail="too many calls.", retry_after=retry_after)
    said = explain_refusal(error, TOKEN)
    assert said.startswith("too many calls. That says nothing about the set-up")
    assert words in said
    assert TOKEN not in said


@pytest.mark.parametrize("error_class", [ErrorClass.AUTH, ErrorClass.INVALID, ErrorClass.PERMANENT])
def test_refusal_says_what_to_do(error_class: ErrorClass) -> None:
    error = SendError(error_class=error_class, detail="Unauthorized")
    assert explain_refusal(error, TOKEN) == f"Unauthorized. {TOKEN}"
    assert explain_refusal(None, TOKEN) == TOKEN


def judge(problem: str) -> Finding:
    info: Json = {"url": ADDRESS, "last_error_date": NOW - 10, "last_error_message": problem}
    return judge_webhook(Outcome(result=info), ADDRESS, now=NOW)


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "another `secret`"),
        ("Wrong response from the webhook: 404 Not Found", "compare its name"),
        ("Wrong response from the webhook: 502 Bad Gateway", "`visavis serve` runs"),
        ("Wrong response from the webhook: 500 Internal Server Error", "log of `visavis serve`"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
        ("Failed to resolve host: Name or service not known", "DNS"),
        ("Connection timed out", "firewall"),
    ],
)
def test_delivery_that_fails_names_the_cause_and_the_next_step(problem: str, remedy: str) -> None:
    finding = judge(problem)
    assert not finding.well
    assert problem in finding.text
    assert remedy in finding.text
