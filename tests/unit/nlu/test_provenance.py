from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from bot.nlu.archive import pack_archive, read_archive
from bot.nlu.model import NluModel
from bot.nlu.provenance import describe_model, digest_files

if TYPE_CHECKING:
    from bot.domain.json import JsonObject


def test_metadata_says_from_what_and_how_good(model: NluModel) -> None:
    metadata = describe_model(model, data_digest="d" * 64, seed=7)
    files = {f"nlu/{name}": content for name, content in model.to_files().items()}
    archive = read_archive(pack_archive(files=files, metadata=metadata))
    assert archive.metadata["seed"] == 7
    assert archive.metadata["data_digest"] == "d" * 64
    assert archive.metadata["metrics"] == model.metrics
    packages = cast("JsonObject", archive.metadata["packages"])
    # The libraries that a model's vectors and weights come from.
    for package in ("numpy", "scikit-learn", "openvino", "tokenizers"):
        assert packages[package] == version(package)
    assert NluModel.from_files(archive.get_folder("nlu")).to_files() == model.to_files()


def test_digest_files_changes_with_any_name_or_content_but_not_with_order() -> None:
    files = {"a": b"1", "b": b"2"}
    assert digest_files(files) == digest_files({"b": b"2", "a": b"1"})
    assert (
        len({digest_files(each) for each in (files, {"a": b"1", "c": b"2"}, {"a": b"1", "b": b"3"}, {})}) == 4
    )
