"""Which encoder: the built-in one, or one of the project's own choice."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from bot.errors import ModelDamaged, ModelError
from bot.nlu.encoder import IDENTITY, MAX_TOKENS, Encoder, open_encoder
from bot.nlu.encoder_files import find_encoder_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.pipeline import EncoderSpec
    from bot.nlu.encoder import Tokenize
    from bot.nlu.encoder_files import EncoderFiles


class EncoderShelf:
    """Opens each encoder once. `root` is the project's folder, which paths of encoders begin at.

    May be asked from any thread.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened: dict[str, Encoder] = {}
        self._lock = Lock()

    def get(self, spec: EncoderSpec | None) -> Encoder:
        """Return the encoder of a pipeline or of a model; None means the built-in one.

        Raises `ModelMissing` where its files are not here, `ModelError` where they are no sentence encoder.
        """
        with self._lock:
            identity = identify_encoder(spec, self._root)
            if identity not in self._opened:
                self._opened[identity] = open_chosen_encoder(spec, self._root)
            return self._opened[identity]


def identify_encoder(spec: EncoderSpec | None, root: Path) -> str:
    """Return the `identity` that the encoder will have, without opening it. Raises `ModelMissing`."""
    return IDENTITY if spec is None else find_encoder_files(spec, root).identify(spec)


def open_chosen_encoder(spec: EncoderSpec | None, root: Path, *, threads: int = 1) -> Encoder:
    """Open an encoder; None means the built-in one. `threads`: how many cores one call may use.

    Raises as `EncoderShelf.get`.
    """
    if spec is None:
        return open_encoder(threads=threads)
    # Not at the top of the file, as in `bot.nlu.encoder`.
    from bot.nlu.onnx_graph import read_sentence_graph  # noqa: PLC0415 - see above
    from bot.nlu.runtime import Core, compile_graph  # noqa: PLC0415 - see above

    files = find_encoder_files(spec, root)
    core = Core()
    graph = read_sentence_graph(core, files.model, files.pooling)
    try:
        compiled = compile_graph(core, graph, threads=threads)
    except RuntimeError as error:
        raise ModelError(f"{files.model} cannot run here: {error}") from error
    tokenize = _read_tokenizer(files)
    identity = files.identify(spec)
    dimensions = _try_out(Encoder(tokenize, compiled, identity=identity), files)
    return Encoder(tokenize, compiled, identity=identity, dimensions=dimensions, prefix=spec.prefix)


def _read_tokenizer(files: EncoderFiles) -> Tokenize:
    from tokenizers import Tokenizer  # noqa: PLC0415 - see above

    try:
        tokenizer = Tokenizer.from_file(str(files.tokenizer))
    except Exception as error:  # the library raises nothing narrower
        raise ModelDamaged(f"{files.tokenizer} cannot be read as a tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)

    def tokenize(text: str) -> Sequence[int]:
        # One by one: `encode_batch` would start a thread per core for 30 microseconds of work each.
        numbers: list[int] = tokenizer.encode(text).ids
        return numbers

    return tokenize


def _try_out(encoder: Encoder, files: EncoderFiles) -> int:
    """Return how many dimensions the vectors have. Raises `ModelError` where no finite ones come out."""
    try:
        (_, sentences), *_ = encoder.encode_batches(["Hello, is anybody there?"])
    except (RuntimeError, IndexError) as error:
        raise ModelError(f"{files.model} does not fit its {files.tokenizer.name}: {error}") from error
    vectors = sentences.vectors
    if vectors.ndim != 2 or not np.isfinite(vectors).all():  # noqa: PLR2004 - texts, dimensions
        raise ModelError(f"{files.model} gives no usable vectors: {vectors.shape}")
    return int(vectors.shape[1])
