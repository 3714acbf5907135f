"""`visavis doctor` as a shell sees it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.test_command import run

EXAMPLES = """
nlu:
- intent: refund
  examples: |
    - I want my <money> back
    - please refund me
    - how do I get a refund
- intent: delivery
  examples: |
    - where is my parcel
    - when does my order arrive
    - I want my <money> back
"""


def test_findings_are_shown_and_written(tmp_path: Path) -> None:
    files = tmp_path / "nlu"
    files.mkdir()
    (files / "nlu.yml").write_text(EXAMPLES)
    data, page = tmp_path / "out" / "found.json", tmp_path / "found.html"
    done = run(
        *("doctor", "--nlu", str(files), "--strict", "--json", str(data), "--html", str(page)),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert done.returncode == 1  # the same text under two intents is an error, and --strict was asked for
    assert "6 examples, 2 intents:" in done.stdout
    found = json.loads(data.read_text())
    first = found["findings"][0]
    assert first["kind"] == "two_meanings"
    assert [place["line"] for place in first["places"]] == [5, 12]
    assert f"{first['places'][0]['file']}:5" in done.stdout
    assert "I want my &lt;money&gt; back" in page.read_text()
