"""What to do where the programs of these tests are not installed."""

from __future__ import annotations

import os

import pytest


def require(missing: str | None) -> None:
    """Skip what cannot run here; where `make test-networks` set it up, that is a failure."""
    if missing is not None and os.environ.get("VISAVIS_TEST_NETWORKS"):  # noqa: TID251 - of these tests alone
        pytest.fail(missing)
    if missing is not None:
        pytest.skip(missing)
