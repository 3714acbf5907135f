"""`visavis staff` as an admin types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.first_login import ensure_first_login
from tests.fakes.service import Service, run_command
from tests.fakes.small_brand import write_brand
from tests.fakes.terminal import on_terminal

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from bot.embedded import Child
    from bot.service.road import Road

    Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.timeout(300)  # a dozen commands, each a process of its own
EMAIL = "mara@lyra.example"


@pytest.fixture
def service(database_url: str, valkey: Child, tmp_path: Path) -> Service:
    """What the commands are about; it does not run."""
    return Service(
        project=write_brand(tmp_path / "project"),
        data=tmp_path / "data",
        log_folder=tmp_path,
        variables={"DATABASE_URL": database_url, "REDIS_URL": valkey.url, "COLUMNS": "120", "TERM": "dumb"},
    )


@pytest.fixture
def run(service: Service) -> Run:
    def staff(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return run_command(service, "staff", *words, typed=typed)

    return staff


def test_staff_are_added_given_a_password_shut_out_and_let_in(run: Run) -> None:
    assert run("add", EMAIL, "--name", "Mara", "--password-stdin", typed="a long password\n").returncode == 0
    assert run("add", "tim@lyra.example", "--name", "Tim", "--role", "admin").returncode == 0
    changed = run("password", EMAIL)
    assert changed.stdout.startswith("Mara has a new password and is logged out everywhere.\nPassword, shown")
    out = run("disable", EMAIL)
    assert (out.returncode, out.stdout) == (0, "Mara is logged out and can log in no more.\n")
    listed = json.loads(run("list", "--json").stdout)
    assert [(each["name"], each["roles"], each["disabled_at"] is None) for each in listed] == [
        ("Mara", ["agent"], False),
        ("Tim", ["admin"], True),
    ]
    assert run("enable", EMAIL).stdout == "Mara may log in as mara@lyra.example.\n"
    unknown = run("disable", "nobody@lyra.example")
    assert (unknown.returncode, "`visavis staff list`" in unknown.stderr) == (2, True)
    assert "Traceback" not in unknown.stderr


def type_in(environment: dict[str, str], *lines: str) -> tuple[int, str]:
    """Run `staff password` on a terminal; returns its exit code and all that was to be seen there."""
    with on_terminal("staff", "password", EMAIL, environment=environment) as terminal:
        for line in lines:
            terminal.wait_for(": ")
            terminal.type(f"{line}\n")
        seen = terminal.wait_for(None)
        return terminal.wait_ended(), seen


def test_on_a_terminal_a_password_is_asked_for_twice_and_never_shown(run: Run, service: Service) -> None:
    run("add", EMAIL, "--name", "Mara", "--password-stdin", typed="a long password\n")
    code, seen = type_in(service.environment(), "typed by hand", "typed by hand")
    assert code == 0
    assert "Mara has a new password" in seen
    assert "typed by hand" not in seen
    assert "shown only now" not in seen
    code, seen = type_in(service.environment(), "typed by hand", "mistyped by hand")
    assert code == 2
    assert "Nothing was changed." in seen
    code, seen = type_in(service.environment(), "")
    assert code == 0
    assert "Password, shown only now: " in seen


async def test_a_first_login_that_was_changed_is_shown_no_more(run: Run, road: Road, tmp_path: Path) -> None:
    login = await ensure_first_login(road, tmp_path)
    assert login is not None
    assert run("password", login.email).returncode == 0
    assert await ensure_first_login(road, tmp_path) is None
