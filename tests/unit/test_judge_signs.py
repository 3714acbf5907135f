"""What an account's signs of life mean to whoever asks why nothing arrives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.connector import Finding
from bot.service.judge_signs import GRACE, judge_signs
from bot.storage.signs import Signs

HOOK = "https://chat.example/webhooks/sms/main"
OLD = "https://old.example/webhooks/sms/main"
AT = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
WHY = "the signature is wrong"
ADVICE = "Copy the secret again."


def judge(signs: Signs | None, *, hook_url: str | None = HOOK, polls: bool = False) -> list[Finding]:
    return judge_signs(signs, hook_url=hook_url, polls=polls, advice=ADVICE)


def test_an_account_that_was_never_heard_of_is_a_hint_with_what_to_do() -> None:
    (never_run,) = judge(None)
    (never_heard,) = judge(Signs())
    (heard_before,) = judge(Signs(spoke=True))
    assert all(each.well and each.hint for each in (never_run, never_heard, heard_before))
    assert "start it" in never_run.text
    assert HOOK in never_heard.text
    assert "conversations of before" in heard_before.text


def test_what_came_in_last_is_said() -> None:
    (heard,) = judge(Signs(heard_at=AT, refused_at=AT - timedelta(days=1), refused_why=WHY, refusals=7))
    assert (heard.well, heard.hint) == (True, False)
    assert "2026-11-23 13:05 UTC" in heard.text


def test_refusals_without_anything_taken_are_wrong_and_say_why_and_what_to_do() -> None:
    _, refused = judge(Signs(refused_at=AT, refused_why=WHY, refusals=1_234))
    assert not refused.well
    assert all(words in refused.text for words in ("1,234 requests", WHY, ADVICE, "13:05"))


def test_refusals_long_after_something_was_taken_are_wrong_and_soon_after_a_hint() -> None:
    refused = Signs(heard_at=AT - GRACE, refused_at=AT, refused_why=WHY, refusals=1)
    assert [each.well for each in judge(refused)] == [True, False]
    refused = Signs(heard_at=AT - GRACE / 2, refused_at=AT, refused_why=WHY, refusals=1)
    assert [(each.well, each.hint) for each in judge(refused)] == [(True, False), (True, True)]


def test_a_public_address_that_changed_or_is_missing_is_said() -> None:
    signs = Signs(heard_at=AT, hook_urls=(HOOK, OLD))
    changed, _ = judge(signs)
    missing, _ = judge(signs, hook_url=None)
    assert not changed.well
    assert changed.at_start
    assert "https://old.example" in changed.text
    assert not missing.well
    assert "PUBLIC_URL" in missing.text
    assert len(judge(signs, hook_url=None, polls=True)) == 1  # the platform is asked instead
    assert len(judge(Signs(heard_at=AT, hook_urls=(OLD, HOOK)))) == 1
