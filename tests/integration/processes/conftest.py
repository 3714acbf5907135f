"""A small brand, trained once, for services that run as processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.small_brand import train, write_brand


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a model in its `models/`."""
    root = write_brand(tmp_path_factory.mktemp("brand") / "project")
    train(root, "first")
    return root
