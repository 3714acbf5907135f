"""The encoder's last step, with weights of a project's own: token states → sentence vectors.

All texts go through the encoder that all projects share; what a project's intents differ by is learnt in
the last feed-forward step alone (`bot.nlu.tuning`), which costs little to learn, to keep and to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.lasting_threads import call_lastingly
from bot.nlu.sentences import pool_tokens
from bot.nlu.weights_file import put_back

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.nlu.sentences import Sentences

    Floats = NDArray[np.float32]

RUN_SIZES = (16, 32, 64, 128, 256)
"""So many tokens at once: OpenVINO keeps kernels and buffers for each size it has met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TailWeights:
    """A feed-forward step and the scaling after it, as in the published encoder.

    `wide` (inner, dimensions) and `narrow` (dimensions, inner) are its matrices, `*_bias` what is added to
    each; `scale` and `shift` (dimensions,) follow when a token's mean and variance are set to 0 and 1.
    """

    wide: Floats
    wide_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    scale: Floats
    shift: Floats

    def round(self) -> TailWeights:
        """Return what half precision leaves of the numbers: that is how a model keeps them."""
        halved = {name: array.astype(np.float16) for name, array in self.items()}
        return TailWeights(**{name: array.astype(np.float32) for name, array in halved.items()})

    def items(self) -> list[tuple[str, Floats]]:
        """Return the names of the arrays, and the arrays themselves."""
        return [(name, getattr(self, name)) for name in self.__slots__]

    def fits(self) -> bool:
        """Tell whether the shapes fit each other, and all numbers are finite."""
        inner, dimensions = self.wide.shape if self.wide.ndim == 2 else (-1, -1)  # noqa: PLR2004 - a matrix
        shapes = [array.shape for _, array in self.items()]
        right = [(inner, dimensions), (inner,), (dimensions, inner), *[(dimensions,)] * 3]
        return shapes == right and all(bool(np.isfinite(array).all()) for _, array in self.items())


class Tail:
    """Runs `weights` on the processor. Not for use by several threads at once."""

    def __init__(self, weights: TailWeights) -> None:
        # Not at the top of the file: see `bot.nlu.runtime`.
        from bot.nlu.minilm import build_tail  # noqa: PLC0415 - see above
        from bot.nlu.runtime import Core, compile_graph  # noqa: PLC0415 - see above

        self._weights = weights  # the graph looks at their memory
        compiled = compile_graph(Core(), build_tail(weights), threads=1)
        self._runs = {size: _Run(compiled, (size, len(weights.shift))) for size in RUN_SIZES}
        # With its first run OpenVINO packs the weights as the processor likes them. A model's own lie on the
        # disk and need not be kept in memory, too: 5 MB that it does not look at again.
        self._runs[RUN_SIZES[0]].compute(np.zeros((1, len(weights.shift)), dtype=np.float32))
        put_back(array for _, array in weights.items())

    def encode(self, sentences: Sentences) -> Floats:
        """Return a vector of length 1 for each text: (texts, dimensions)."""
        states = np.empty(sentences.states.shape, dtype=np.float32)
        for start in range(0, len(states), RUN_SIZES[-1]):
            given = sentences.states[start : start + RUN_SIZES[-1]]
            size = next(size for size in RUN_SIZES if len(given) <= size)
            states[start : start + len(given)] = self._runs[size].compute(given)
        return pool_tokens(states, sentences.lengths)


class _Run:
    """Computes so many tokens at once: handing over memory anew would cost a third of a short text's time."""

    def __init__(self, compiled: Any, shape: tuple[int, int]) -> None:
        from bot.nlu.runtime import Tensor  # noqa: PLC0415 - as in `Tail`

        self._given = np.zeros(shape, dtype=np.float32)
        self._request = compiled.create_infer_request()
        self._request.set_input_tensor(Tensor(self._given, shared_memory=True))

    def compute(self, states: NDArray[np.floating]) -> Floats:
        """Return the states one step on. The next call writes over them."""
        self._given[: len(states)] = states
        self._given[len(states) :] = 0
        call_lastingly(self._request.infer, share_outputs=True)
        computed: Floats = self._request.get_output_tensor(0).data
        return computed[: len(states)]
