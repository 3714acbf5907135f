"""What a web chat's set-up means for visitors who have gone."""

from __future__ import annotations

import pytest

from bot.bootstrap.chat_mail import judge_mail
from bot.connector import AccountConfig, Finding


def judge(*mailers: str, **options: str) -> Finding:
    chat = AccountConfig(channel="webchat", name="lyra", options=options)
    others = [AccountConfig(channel="email", name=name, options={}) for name in mailers]
    (finding,) = judge_mail(chat, [*others, chat])
    return finding


@pytest.mark.parametrize(
    ("mailers", "words"),
    [((), "connect email"), (("help", "sales"), "`help` or `sales`")],
)
def test_chat_without_a_mailer_is_a_hint_with_what_happens_instead(
    mailers: tuple[str, ...], words: str
) -> None:
    finding = judge(*mailers)
    assert finding.well
    assert finding.hint
    assert "waits in the chat" in finding.text
    assert words in finding.text


@pytest.mark.parametrize(
    ("mailers", "named", "words"),
    [(("help",), {}, "`help`"), (("help", "sales"), {"mail_account": "sales"}, "`sales`")],
)
def test_chat_with_a_mailer_says_which(mailers: tuple[str, ...], named: dict[str, str], words: str) -> None:
    finding = judge(*mailers, **named)
    assert (finding.well, finding.hint) == (True, False)
    assert words in finding.text


def test_chat_that_is_to_mail_nothing_needs_no_hint() -> None:
    finding = judge("help", mail_account="none")
    assert (finding.well, finding.hint) == (True, False)
    assert "nothing is mailed" in finding.text


@pytest.mark.parametrize("mailers", [(), ("help",)])
def test_mailer_that_is_not_there_is_wrong(mailers: tuple[str, ...]) -> None:
    finding = judge(*mailers, mail_account="gone")
    assert not finding.well
    assert "`gone`" in finding.text
    assert all(f"`{name}`" in finding.text for name in mailers)


def test_other_channels_have_nothing_to_do_with_it() -> None:
    assert judge_mail(AccountConfig(channel="rest", name="api", options={}), []) == []
