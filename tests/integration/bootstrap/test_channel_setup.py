"""Setting an account up on the command line, against a platform that answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import web

from bot.rasa_format.problem import Problems
from bot.rasa_format.project import read_project
from tests.fakes.serving import serve
from tests.fakes.telegram import Hook, run_fake_telegram
from tests.fakes.twilio import ACCOUNT_SID, NUMBER, TOKEN, FakeTwilio
from tests.fakes.whatsapp import run_fake_whatsapp
from tests.integration.bootstrap.setting_up import CONFIG, PUBLIC, answers, connect, run


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
    result = await connect(twilio, answers("not-the-token") + "stop\n")
    assert result.exit_code == 1
    assert "✗" in result.output
    assert "not-the-token" not in result.output
    assert (project / "config.yml").read_text() == CONFIG
    assert not (project / ".env").exists()


async def test_wrong_key_is_asked_for_again_and_the_rest_is_kept(project: Path, twilio: FakeTwilio) -> None:
    again = f"again\n\n{TOKEN}\n\n\n"  # Enter keeps what was typed
    result = await connect(twilio, answers("not-the-token") + again)
    assert result.exit_code == 0, result.output
    assert f"from [{NUMBER}]" in result.output
    assert "not-the-token" not in result.output
    assert TOKEN not in result.output
    assert f'from: "{NUMBER}"' in (project / "config.yml").read_text()
    assert TOKEN in (project / ".env").read_text()


async def test_option_of_a_wrong_form_is_said_and_asked_for_again(project: Path, twilio: FakeTwilio) -> None:
    wrong = f"AC1\n{TOKEN}\n{NUMBER}\n\n"
    result = await connect(twilio, f"{wrong}y\n{ACCOUNT_SID}\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert "account_sid" in result.output
    assert ACCOUNT_SID in (project / "config.yml").read_text()


async def test_what_is_not_well_is_written_down_only_on_demand(project: Path, twilio: FakeTwilio) -> None:
    result = await connect(twilio, answers("not-the-token") + "write\n")
    assert result.exit_code == 0, result.output
    assert "not-the-token" in (project / ".env").read_text()


async def test_connecting_registers_the_webhook_where_a_start_would(project: Path) -> None:
    async with run_fake_telegram() as fake:
        api = f"api_url={fake.url}"
        result = await run("connect", "telegram", "shop", "--set", api, typed=f"{fake.token}\n")
        assert result.exit_code == 0, result.output
        assert fake.hook is not None
        assert fake.hook.url == f"{PUBLIC}/webhooks/telegram/shop"
        assert "✗" not in result.output
        assert "shop:" in (project / "config.yml").read_text()
        assert (await run("doctor")).exit_code == 0


async def test_connecting_a_number_has_meta_call_the_service_that_answers(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.query["hub.challenge"])

    service = web.Application()
    service.router.add_get("/webhooks/whatsapp/shop", answer)
    async with run_fake_whatsapp() as fake, serve(service) as (address, _):
        monkeypatch.setenv("PUBLIC_URL", address)
        fake.subscribed = False
        names = ("access_token", "app_secret", "verify_token", "phone_number_id", "waba_id")
        typed = "".join(f"{fake.options[name]}\n" for name in names)
        result = await run("connect", "whatsapp", "shop", "--set", f"api_url={fake.url}", typed=typed)
        assert result.exit_code == 0, result.output
        assert fake.told_at == f"{address}/webhooks/whatsapp/shop"
        assert "✗" not in result.output
        assert "shop:" in (project / "config.yml").read_text()


@pytest.mark.usefixtures("project")
async def test_number_without_an_address_gets_ours_by_connecting(twilio: FakeTwilio) -> None:
    twilio.hook_url = ""
    result = await connect(twilio, answers())
    assert result.exit_code == 0, result.output
    assert twilio.hook_url == f"{PUBLIC}/webhooks/sms/shop"
    assert "✗" not in result.output
    assert (await run("doctor")).exit_code == 0


async def test_webhook_that_leads_elsewhere_is_no_surprise(project: Path) -> None:
    async with run_fake_telegram() as fake:
        fake.hook = Hook(url="https://other.example/hook", secret=None)
        api = f"api_url={fake.url}"
        result = await run("connect", "telegram", "shop", "--set", api, typed=f"{fake.token}\nstop\n")
        assert result.exit_code == 1
        assert "leads to other.example" in result.output
        assert fake.hook.url == "https://other.example/hook"
        assert (project / "config.yml").read_text() == CONFIG


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("name", "word"), [("my shop", "cannot be"), ("shop", "already")])
async def test_account_that_cannot_be_added_is_refused_before_anything_is_asked(
    twilio: FakeTwilio, name: str, word: str
) -> None:
    await connect(twilio, answers())
    result = await run("connect", "sms", name, "--set", f"api_url={twilio.url}", typed=answers())
    assert result.exit_code != 0
    assert word in result.output + str(result.exception)
    assert "console.twilio.com" not in result.output


async def test_chat_is_connected_without_any_platform(project: Path) -> None:
    result = await run("connect", "webchat", "shop", typed="The Shop\nhttps://shop.example/\n\n\n")
    assert "no slash" in " ".join(result.output.split())
    typed = "The Shop\nhttps://shop.example/\n\n\ny\n\nhttps://shop.example\n\n\n"
    result = await run("connect", "webchat", "shop", typed=typed)
    assert result.exit_code == 0, result.output
    assert "widget.js" in result.output
    (account,) = read_project(project, {}, Problems()).accounts
    assert dict(account.options) == {"title": "The Shop", "origins": "https://shop.example"}


async def test_chat_without_a_mail_account_is_hinted_at_and_no_error(project: Path) -> None:
    (project / "config.yml").write_text(f"{CONFIG}channels:\n  webchat:\n    accounts:\n      lyra: {{}}\n")
    result = await run("doctor", "webchat")
    assert result.exit_code == 0, result.output
    assert "→ An answer that its visitor does not see waits in the chat" in result.output
    assert "visavis channels connect email" in " ".join(result.output.split())


@pytest.mark.usefixtures("project")
async def test_table_names_every_channel_and_its_window() -> None:
    rows = json.loads((await run("--json")).output)
    told = {row["channel"]: row["answered"] for row in rows}
    assert told["sms"] == told["webchat"] == "always"
    places = {(row["channel"], row["where"]): row for row in rows}
    assert "mentions or quotes" in places["x", "public"]["answered"]
    assert places["x", "direct"]["answered"] == "whose settings let the account write"
    assert "echo" in places["x", "direct"]["brings"]
    assert "in private" not in places["bluesky", "direct"]["answered"]
    assert "in private" in places["bluesky", "public"]["answered"]
    assert "webchat" in (await run()).output


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["connect", "fax"], "fax"),
        (["connect", "rest"], "README"),
        (["connect", "sms", "--set", "from"], "NAME=VALUE"),
        (["doctor", "sms"], "connect"),
    ],
)
async def test_what_cannot_be_done_is_said(arguments: list[str], word: str) -> None:
    result = await run(*arguments)
    assert result.exit_code != 0
    assert word in result.output + str(result.exception)


@pytest.mark.usefixtures("project")
async def test_table_loses_no_word_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = json.loads((await run("--json")).output)
    monkeypatch.setenv("COLUMNS", "80")
    shown = (await run()).output
    assert max(map(len, shown.splitlines())) <= 80
    words = {word for row in rows for text in row.values() for word in text.split()}
    assert {word for word in words if word not in shown} == set()
