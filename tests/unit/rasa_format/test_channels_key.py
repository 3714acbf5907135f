"""`channels:` of config.yml: accounts, their options from the environment, and what is wrong with them."""

from __future__ import annotations

import pytest

from bot.rasa_format.channels import Accounts, read_channels
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read_accounts(text: str, **environment: str) -> tuple[Accounts, list[str]]:
    problems = Problems()
    node = parse_yaml(text.encode(), path="config.yml").get("channels")
    accounts = read_channels(node, environment, Reader(problems), known={"webchat", "telegram", "rest"})
    return accounts, [problem.show() for problem in problems]


def test_accounts_have_options_from_the_environment() -> None:
    accounts, problems = read_accounts(
        "channels:\n  telegram:\n    accounts:\n"
        '      shop: {token: "x-${TOKEN}", polling: true, port: 1, hosts: [a, b]}\n',
        TOKEN="123",
    )

    assert problems == []
    assert accounts.off == ()
    assert [dict(account.options) for account in accounts.accounts] == [
        {"token": "x-123", "polling": "true", "port": "1", "hosts": "a,b"},
    ]


@pytest.mark.parametrize("written", ["webchat: true", "webchat:", "webchat: {}"])
def test_channel_without_accounts_has_one_called_default(written: str) -> None:
    accounts, problems = read_accounts(f"channels:\n  {written}\n")

    assert problems == []
    assert [(account.channel, account.name) for account in accounts.accounts] == [("webchat", "default")]


def test_options_without_accounts_belong_to_the_default_one() -> None:
    accounts, _ = read_accounts("channels:\n  webchat: {title: Hello}\n")

    assert [(account.name, dict(account.options)) for account in accounts.accounts] == [
        ("default", {"title": "Hello"})
    ]


def test_channel_can_be_switched_off() -> None:
    assert read_accounts("channels:\n  webchat: false\n") == (Accounts(), [])


@pytest.mark.parametrize("environment", [{}, {"TOKEN": "", "OTHER": "x"}])
def test_account_with_an_unset_variable_is_off(environment: dict[str, str]) -> None:
    accounts, problems = read_accounts(
        'channels:\n  telegram:\n    accounts:\n      a: {token: "${TOKEN}"}\n      b: {token: fixed}\n',
        **environment,
    )

    assert problems == []
    assert [account.name for account in accounts.accounts] == ["b"]
    assert accounts.off == ("The telegram account `a` is off: TOKEN is not set. Set it and start again.",)


def test_default_of_a_variable_keeps_the_account_on() -> None:
    accounts, _ = read_accounts('channels:\n  rest: {callback_url: "${URL:-}", secret: "${SECRET:-none}"}\n')

    assert [dict(account.options) for account in accounts.accounts] == [{"secret": "none"}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "channels:\n  telegramm: true\n",
            "config.yml:2: error: There is no channel `telegramm`. Did you mean `telegram`?",
        ),
        ("channels:\n  fax: true\n", "Channels are: rest, telegram, webchat."),
        ("channels:\n  rest: yes\n", "config.yml:2: error: Channel `rest` should have `accounts:`"),
        ("channels:\n  rest:\n    accounts:\n", "config.yml:3: warning: Channel `rest` has no account"),
        (
            "channels:\n  rest:\n    accounts:\n      a b: true\n",
            "config.yml:4: error: `a b` cannot be the name of an account",
        ),
        (
            "channels:\n  rest:\n    accounts:\n      a: {x: {y: 1}}\n",
            "config.yml:4: error: `x` of rest account `a`",
        ),
        ("channels: [rest]\n", "config.yml:1: error: `channels` should be a map"),
    ],
)
def test_mistake_in_channels_is_named_with_its_line(text: str, problem: str) -> None:
    _, problems = read_accounts(text)

    assert any(problem in found for found in problems), problems
