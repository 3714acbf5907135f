"""Setting an account up on the command line, against a platform that answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.rasa_format.problem import Problems
from bot.rasa_format.project import read_project
from bot.settings import get_environment
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, TOKEN, FakeTwilio, run_fake_twilio

CONFIG = "language: en\npipeline:\n- name: KeywordIntentClassifier\n"
PUBLIC = "https://chat.example.com"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a project without channels; what its `.env` puts into the environment goes again."""
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "domain.yml").write_text("intents: []\n")
    known = get_environment()
    monkeypatch.setenv("VISAVIS_PROJECT", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", PUBLIC)
    yield tmp_path
    for name in set(get_environment()) - set(known):
        monkeypatch.delenv(name)


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with run_fake_twilio() as fake:
        fake.hook_url = f"{PUBLIC}/webhooks/sms/shop"
        yield fake


async def run(*arguments: str, typed: str = "") -> Result:
    """Run a command in a thread of its own: it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["channels", *arguments], typed)


def answers(token: str = TOKEN) -> str:
    return f"{ACCOUNT_SID}\n{token}\n{NUMBER}\n\n"


async def connect(fake: FakeTwilio, typed: str) -> Result:
    return await run("connect", "sms", "shop", "--set", f"api_url={fake.url}", typed=typed)


async def test_connecting_looks_at_the_platform_and_writes_secrets_apart(
    project: Path, twilio: FakeTwilio
) -> None:
    result = await connect(twilio, answers())
    assert result.exit_code == 0, result.output
    assert "Twilio accepts the credentials" in result.output
    assert f"{PUBLIC}/webhooks/sms/shop" in result.output
    assert TOKEN not in result.output
    config, env = (project / "config.yml").read_text(), project / ".env"
    assert config.startswith(CONFIG)
    assert TOKEN not in config
    assert "${SMS_SHOP_AUTH_TOKEN}" in config
    assert TOKEN in env.read_text()
    assert env.stat().st_mode & 0o077 == 0
    (account,) = read_project(project, {"SMS_SHOP_AUTH_TOKEN": TOKEN}, Problems()).accounts
    assert (account.channel, account.name, account.options["from"]) == ("sms", "shop", NUMBER)


async def test_wrong_key_is_said_and_nothing_is_written_unless_one_insists(
    project: Path, twilio: FakeTwilio
) -> None:
    result = await connect(twilio, answers("not-the-token") + "n\n")
    assert result.exit_code == 1
    assert "✗" in result.output
    assert "not-the-token" not in result.output
    assert (project / "config.yml").read_text() == CONFIG
    assert not (project / ".env").exists()


@pytest.mark.usefixtures("project")
async def test_doctor_asks_each_account_and_fails_where_one_is_not_well(twilio: FakeTwilio) -> None:
    await connect(twilio, answers())
    well = await run("doctor", "sms")
    assert (well.exit_code, "✓" in well.output) == (0, True), well.output
    twilio.hook_url = "https://elsewhere.example/hook"
    astray = await run("doctor", "sms", "shop")
    assert astray.exit_code == 1
    assert "✗" in astray.output
    assert TOKEN not in astray.output


async def test_doctor_says_which_variable_an_account_lacks(
    project: Path, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(twilio, answers())
    (project / ".env").unlink()
    monkeypatch.delenv("SMS_SHOP_AUTH_TOKEN", raising=False)
    result = await run("doctor")
    assert result.exit_code == 1
    assert "SMS_SHOP_AUTH_TOKEN is not set" in " ".join(result.output.split())


@pytest.mark.usefixtures("project")
async def test_table_names_every_channel_and_its_window() -> None:
    rows = json.loads((await run("--json")).output)
    told = {row["channel"]: row["answered"] for row in rows}
    assert told["sms"] == told["webchat"] == "always"
    assert "webchat" in (await run()).output


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["connect", "fax"], "fax"),
        (["connect", "webchat"], "README"),
        (["connect", "sms", "--set", "from"], "NAME=VALUE"),
        (["doctor", "sms"], "connect"),
    ],
)
async def test_what_cannot_be_done_is_said(arguments: list[str], word: str) -> None:
    result = await run(*arguments)
    assert result.exit_code != 0
    assert word in result.output + str(result.exception)
