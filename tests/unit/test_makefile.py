"""What make would do: `make -n` in a checkout that was set up before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose set-up was done with this very Python."""
    (tmp_path / ".ci").mkdir()
    for name in ("Makefile", ".ci/bootstrap", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    version = next(
        line.split()[-1] for line in (ROOT / "Makefile").read_text().splitlines() if "UV_VERSION :=" in line
    )
    for stamp in (f".cache/uv-{version}/python", ".venv/.serve"):
        path = tmp_path / stamp
        path.parent.mkdir(parents=True)
        path.write_text(f"{sys.executable}\n")
    return tmp_path


def plan(checkout: Path, *words: str) -> str:
    # `make test` hands its own PYTHON and flags down to the tests.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHON" and "MAKE" not in name}  # noqa: TID251 - a child's environment
    done = subprocess.run(
        ["make", "--dry-run", "train", *words],
        cwd=checkout,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("words", [(), (f"PYTHON={sys.executable}",)])
def test_nothing_is_set_up_twice(checkout: Path, words: tuple[str, ...]) -> None:
    planned = plan(checkout, *words)
    assert ".ci/bootstrap" not in planned
    assert "visavis train" in planned


def test_another_python_is_set_up_with(checkout: Path) -> None:
    other = checkout / "other-python"
    other.write_text("#!/bin/sh\necho /somewhere/else/python3\n")
    other.chmod(0o755)
    planned = plan(checkout, f"PYTHON={other}")
    assert ".ci/bootstrap .cache/uv-" in planned
    assert str(other) in planned
    assert "installing the locked dependencies" in planned
