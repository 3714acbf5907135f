"""The real encoder and the small model, as the tests of understanding have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.nlu.archive import write_archive
from tests.unit.nlu.conftest import embedder, encoder, model

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.model import NluModel

__all__ = ["embedder", "encoder", "model"]


@pytest.fixture(scope="session")
def model_file(model: NluModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model as an archive of understanding alone."""
    path = tmp_path_factory.mktemp("model") / "model.tar.gz"
    write_archive(path, files={f"nlu/{name}": each for name, each in model.to_files().items()}, metadata={})
    return path
