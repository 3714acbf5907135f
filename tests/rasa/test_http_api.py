"""What `tests/contracts/rasa_api` compares with is what real Rasa answers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.contracts.rasa_api.conftest import HERE
from tests.contracts.rasa_api.test_recorded import find_differences, plain
from tests.rasa.oracle import need_python

if TYPE_CHECKING:
    from pathlib import Path

# Rasa names a function with its address in memory.
ARBITRARY = ("/trigger an unknown intent/body/message",)


@pytest.mark.timeout(600)
def test_recording_is_what_rasa_answers(tmp_path: Path) -> None:
    python = need_python()
    out = tmp_path / "recording.json"
    subprocess.run([python, HERE / "record.py", out], check=True, capture_output=True, timeout=500)
    recorded = json.loads((HERE / "recording.json").read_text())
    differences = find_differences(plain(recorded), plain(json.loads(out.read_text())))
    assert [each for each in differences if not each.startswith(ARBITRARY)] == []
