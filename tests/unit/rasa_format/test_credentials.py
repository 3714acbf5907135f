from __future__ import annotations

from bot.rasa_format.check import check_project
from bot.rasa_format.project import load_project
from tests.unit.rasa_format.conftest import CONFIG, Write

WITHOUT_CHANNELS = CONFIG.replace("channels:\n  webchat: true\n", "")
CREDENTIALS = """\
rest:
callback:
  url: ${CALLBACK_URL}
socketio:
  user_message_evt: said
  session_persistence: true
rasa:
  url: http://localhost:5002/api
telegram:
  access_token: 123:abc
mattermost:
  token: x
facebook:
  page-access-token: y
"""


def test_a_project_without_channels_has_those_of_its_credentials(write_project: Write) -> None:
    root = write_project({"config.yml": WITHOUT_CHANNELS, "credentials.yml": CREDENTIALS})

    accounts = load_project(root, {"CALLBACK_URL": "http://127.0.0.1:9/x"}).accounts

    assert {account.channel: account.options for account in accounts if not account.only_here} == {
        "rest": {"open": "true"},
        "callback": {"url": "http://127.0.0.1:9/x", "open": "true", "allow_internal": "true"},
        "socketio": {
            "user_message_evt": "said",
            "session_persistence": "true",
            "origins": "*",
            "open": "true",
        },
    }
    said = [problem.show() for problem in check_project(root, {}) if problem.path == "credentials.yml"]
    assert [line.partition(": it ")[0].partition(", so")[0] for line in said] == [
        "credentials.yml:9: warning: `telegram` is off",
        "credentials.yml:11: warning: There is no channel `mattermost` here",
        "credentials.yml:13: warning: `facebook` is off",
    ]


def test_channels_of_its_own_are_all_it_has(write_project: Write) -> None:
    root = write_project({"credentials.yml": CREDENTIALS})

    assert [account.channel for account in load_project(root, {}).accounts] == ["webchat"]


def test_a_socket_with_a_key_is_not_open(write_project: Write) -> None:
    credentials = "socketio:\n  jwt_key: secret\n"
    root = write_project({"config.yml": WITHOUT_CHANNELS, "credentials.yml": credentials})

    socket, *_ = load_project(root, {}).accounts
    assert (socket.channel, socket.options) == ("socketio", {"jwt_key": "secret", "origins": "*"})


def test_where_nobody_wrote_of_channels_this_machine_can_talk_all_the_same(write_project: Write) -> None:
    root = write_project({"config.yml": WITHOUT_CHANNELS})

    accounts = load_project(root, {}).accounts

    assert [(account.channel, account.options, account.only_here) for account in accounts] == [
        ("rest", {"open": "true"}, True),
        ("webchat", {}, True),
    ]
    (note,) = [problem for problem in check_project(root, {}) if "channels" in problem.text]
    assert note.show().startswith(
        "config.yml:1: note: There is no `channels:` here, so `rest` and `webchat` "
    )


def test_what_credentials_open_is_not_opened_once_more(write_project: Write) -> None:
    root = write_project({"config.yml": WITHOUT_CHANNELS, "credentials.yml": "rest:\n"})

    accounts = load_project(root, {}).accounts

    assert [(account.channel, account.only_here) for account in accounts] == [
        ("rest", False),
        ("webchat", True),
    ]


def test_channels_that_are_written_empty_are_none(write_project: Write) -> None:
    root = write_project({"config.yml": f"{WITHOUT_CHANNELS}\nchannels:\n"})

    assert load_project(root, {}).accounts == ()
