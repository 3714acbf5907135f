"""What a server does not load: what libraries bring along that nobody here uses."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
# As `visavis serve` does it: `bot.cli.serve` takes the logs first.
_SCRIPT = f"""
import json, sys
from pathlib import Path
import bot.cli.app
from bot.logs import configure_logging
import bot.bootstrap.roles
from bot.nlu.normalise import normalise
from bot.nlu.tokens import load_language
from bot.plugins import find_actions

load_language("en")
found = find_actions(Path({str(_ROOT)!r}))
assert found.actions and not found.failures
assert normalise("Wo ist mein Päckchen???? Où est mon “colis”?").text
print(json.dumps(sorted(sys.modules)))
"""
_UNUSED = {
    "emoji": "until somebody writes one",
    "opentelemetry": "redis counts its calls with it",
    "psutil": "until a server was left behind",
    "rich": "structlog shows tracebacks with it",
    "sanic": "rasa_sdk's own web server",
    "spacy.cli": "spaCy's commands",
}


@pytest.mark.parametrize("library", _UNUSED)
def test_server_does_not_load(library: str) -> None:
    assert library not in _list_loaded()


def test_what_was_left_out_can_be_had_afterwards() -> None:
    """An action may use what we do not."""
    imports = "import opentelemetry.sdk.metrics, rich.console, sanic, rasa_sdk.endpoint; sanic.Sanic('own')"

    _run(f"{_SCRIPT}\n{imports}")


def test_commands_about_people_and_erasing_load_neither_pages_nor_understanding() -> None:
    """Each of them is a process of its own: whoever types it would wait a second for nothing."""
    commands = "bot.bootstrap.desk, bot.bootstrap.erasing"
    loaded = f"import json, sys, {commands}; print(json.dumps(list(sys.modules)))"

    heavy = {"aiohttp", "jinja2", "numpy", "openvino", "bot.web.app", "bot.nlu.reader"}
    assert heavy & set(json.loads(_run(loaded))) == set()


@cache
def _list_loaded() -> frozenset[str]:
    return frozenset(json.loads(_run(_SCRIPT).splitlines()[-1]))


def _run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
