"""Where the files of a project's own sentence encoder lie: in a folder, or in the model hub's local cache."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelMissing
from bot.nlu.encoder import MAX_TOKENS

if TYPE_CHECKING:
    from bot.domain.pipeline import EncoderSpec

USUAL_FILES = ("model.onnx", "onnx/model.onnx")
TOKENIZER, POOLING = "tokenizer.json", "1_Pooling/config.json"
_WEIGHTS_BESIDE = ("_data", ".data")  # what exporters append where weights are kept apart from the graph
_ON_THE_HUB = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderFiles:
    """The ONNX file, its weights where they are kept apart, its tokenizer, and how to pool (None: unsaid)."""

    model: Path
    weights: tuple[Path, ...]
    tokenizer: Path
    pooling: str | None

    def identify(self, spec: EncoderSpec) -> str:
        """Return the identity of an encoder made of these files: whatever changes its vectors."""
        parts = [_digest(self.model, *self.weights), _digest(self.tokenizer), self.pooling or "own"]
        prefix = hashlib.sha256(spec.prefix.encode()).hexdigest()[:8]
        return "-".join(["onnx", *parts, str(MAX_TOKENS), *([prefix] if spec.prefix else [])])


def find_encoder_files(spec: EncoderSpec, root: Path, *, may_download: bool = True) -> EncoderFiles:
    """Look in the folder `spec.model` (relative to `root`), else on the hub under that name.

    Raises `ModelMissing`, which says what is missing and what to do.
    """
    folder = (root / Path(spec.model).expanduser()).absolute()  # an error says where it was looked for
    if not folder.is_dir():
        folder = _find_on_hub(spec, folder, may_download=may_download)
    return _look_into(folder, spec)


def _look_into(folder: Path, spec: EncoderSpec) -> EncoderFiles:
    wanted = (spec.file,) if spec.file else USUAL_FILES
    model = next((folder / name for name in wanted if (folder / name).is_file()), None)
    if model is None:
        raise ModelMissing(
            f"{_name(spec)}: {folder} has no {' and no '.join(wanted)}; `file:` names another ONNX file"
        )
    tokenizer = folder / TOKENIZER
    if not tokenizer.is_file():
        raise ModelMissing(f"{_name(spec)}: {folder} has no {TOKENIZER}")
    weights = [model.with_name(model.name + ending) for ending in _WEIGHTS_BESIDE]
    if model.suffix == ".xml":  # OpenVINO's own format, which is read just as well
        weights.append(model.with_suffix(".bin"))
    return EncoderFiles(
        model=model,
        weights=tuple(path for path in weights if path.is_file()),
        tokenizer=tokenizer,
        pooling=spec.pooling or _read_pooling(folder / POOLING),
    )


def _read_pooling(path: Path) -> str | None:
    """Return what the file says that sentence-transformers keeps beside its models; None where it is not."""
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict):
        return None
    ways = {"cls": "pooling_mode_cls_token", "mean": "pooling_mode_mean_tokens"}
    return next((way for way, key in ways.items() if said.get(key) is True), None)


def _find_on_hub(spec: EncoderSpec, folder: Path, *, may_download: bool) -> Path:
    """Return the folder of the hub's cache, after a download where it holds nothing."""
    name = spec.model
    if not _ON_THE_HUB.fullmatch(name):
        raise ModelMissing(f"{_name(spec)}: there is no folder {folder}")
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - needed for this alone, and optional
        from huggingface_hub.errors import EntryNotFoundError  # noqa: PLC0415 - see above
    except ImportError as error:
        raise ModelMissing(
            f"{_name(spec)}: there is no folder {folder}; for names on the model hub install huggingface-hub"
        ) from error
    patterns = [*_list_files(spec), TOKENIZER, POOLING]
    reason: Exception | None = None
    for local in (True, False) if may_download else (True,):
        try:
            found = Path(snapshot_download(name, allow_patterns=patterns, local_files_only=local))
        except (OSError, ValueError, EntryNotFoundError) as error:
            reason = error
        else:
            if not local or any((found / file).is_file() for file in _list_files(spec)):
                return found
    raise ModelMissing(
        f"{_name(spec)}: there is no folder {folder}, the model hub's local cache does not hold it, and it "
        f"{'cannot be' if may_download else 'is not yet'} downloaded ({type(reason).__name__}): "
        "give the path of a folder, or fetch it where there is a network"
    ) from reason


def _list_files(spec: EncoderSpec) -> list[str]:
    names = (spec.file,) if spec.file else USUAL_FILES
    return [name + ending for name in names for ending in ("", *_WEIGHTS_BESIDE)]


def _name(spec: EncoderSpec) -> str:
    return f"the sentence encoder {spec.model!r} of config.yml"


def _digest(*paths: Path) -> str:
    """Return the first 16 hex digits of a sha256 that stands for all the files."""
    found = ((path.resolve(), path.stat()) for path in paths)
    digests = [_digest_once(path, (stat.st_size, stat.st_mtime_ns)) for path, stat in found]
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


@cache
def _digest_once(path: Path, _state: tuple[int, int]) -> bytes:
    """Return the sha256 of a file, read once while its size and date stay: half a second for 500 MB."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
