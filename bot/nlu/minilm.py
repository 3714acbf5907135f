"""all-MiniLM-L6-v2 as a graph for OpenVINO, from the original weights.

Source: Wang et al. 2020 (MiniLM), Reimers and Gurevych 2019 (Sentence-BERT): six layers of a BERT
encoder, 12 heads, 384 dimensions, then the mean of the token vectors.

Import it where an encoder is opened, as `bot.nlu.runtime`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bot.nlu.runtime import Model, Type, op
from bot.nlu.tail import TailWeights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

LAYERS, HEADS, DIMENSIONS = 6, 12, 384
WORDS = "embeddings.word_embeddings.weight"
_LAST_LAYER = f"encoder.layer.{LAYERS - 1}"
_TAIL_NAMES = {
    "wide": "intermediate.dense.weight",
    "wide_bias": "intermediate.dense.bias",
    "narrow": "output.dense.weight",
    "narrow_bias": "output.dense.bias",
    "scale": "output.LayerNorm.weight",
    "shift": "output.LayerNorm.bias",
}
"""`TailWeights` → the published names within a layer."""
_EPSILON = 1e-12
_MASKED = np.float32(-1e4)  # added to the scores of padding: far below any score, within half precision


def build_graph(weights: Mapping[str, NDArray[np.float32]], *, most_tokens: int) -> Any:
    """Return the model: `words` (texts, tokens, 384), `attention_mask` (texts, tokens) → vectors.

    These are (texts, 384), of length 1. The second output are the states (texts, tokens, 384) that the last
    feed-forward step begins with. `words` are rows of the matrix `WORDS`, which is no part of the graph: it
    is half of all weights, and a text needs a few of its rows. The graph looks at the other matrices' own
    memory, and may do so again whenever it runs.
    """
    return _Builder(weights).build(most_tokens)


def read_rounded_graph(core: Any, path: Path) -> Any:
    """Return the same model from its ONNX file of 8-bit weights."""
    graph = core.read_model(path)
    states = graph.output(0).get_node().input_value(0)
    present = op.convert(graph.input("attention_mask"), Type.f32)
    # The tokens' segments are all 0: a constant in place of the third input.
    segments = graph.input("token_type_ids")
    nothing = op.multiply(graph.input("attention_mask"), op.constant(np.int64(0)))
    for reader in segments.get_target_inputs():
        reader.replace_source_output(nothing.output(0))
    inputs = [graph.input(name).get_node() for name in ("input_ids", "attention_mask")]
    outputs = [op.result(pool(states, present)), op.result(_find_late_states(graph))]
    return Model(outputs, inputs, "all-MiniLM-L6-v2, 8 bits")


def _find_late_states(graph: Any) -> Any:
    """Return what the last feed-forward step begins with: the sum with the bias of the scaling before it."""
    name = f"{_LAST_LAYER}.attention.output.LayerNorm.bias"
    bias = next(node for node in graph.get_ops() if node.get_friendly_name().endswith(name))
    (reader,) = bias.output(0).get_target_inputs()
    return reader.get_node()


def build_tail(weights: TailWeights) -> Any:
    """Return the last feed-forward step with other weights: states (tokens, 384) → states (tokens, 384).

    It looks at the matrices' own memory, and may do so again whenever it runs.
    """
    named = {f"tail.{_TAIL_NAMES[name]}": array for name, array in weights.items()}
    states = op.parameter([-1, DIMENSIONS], Type.f32, name="states")
    return Model([op.result(_Builder(named).feed_forward(states, "tail"))], [states], "tail")


def read_tail(weights: Mapping[str, NDArray[np.float32]]) -> TailWeights:
    """Return the last feed-forward step of the published weights."""
    return TailWeights(**{ours: weights[f"{_LAST_LAYER}.{theirs}"] for ours, theirs in _TAIL_NAMES.items()})


class _Builder:
    """Puts the nodes of one graph together."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = weights

    def build(self, most_tokens: int) -> Any:
        words = op.parameter([-1, -1, DIMENSIONS], Type.f32, name="words")
        mask = op.parameter([-1, -1], Type.i64, name="attention_mask")
        present = op.convert(mask, Type.f32)
        penalty = op.multiply(
            op.subtract(op.constant(np.float32(1)), op.unsqueeze(present, _axes(1, 2))), op.constant(_MASKED)
        )
        states = self._embed(words, most_tokens)
        late = states
        for layer in range(LAYERS):
            late = self._attend(states, penalty, f"encoder.layer.{layer}.attention")
            states = self.feed_forward(late, f"encoder.layer.{layer}")
        return Model([op.result(pool(states, present)), op.result(late)], [words, mask], "all-MiniLM-L6-v2")

    def _embed(self, words: Any, most_tokens: int) -> Any:
        """Add up word, place and segment. There is one segment."""
        first = _axes(0)
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        places = self._weights["embeddings.position_embeddings.weight"][:most_tokens] + segment
        tokens = op.gather(op.shape_of(words), _axes(1), first)
        here = op.slice(op.constant(places), _axes(0), tokens, _axes(1), first)
        return self._normalise(op.add(words, here), "embeddings.LayerNorm")

    def _attend(self, states: Any, penalty: Any, name: str) -> Any:
        """Let each token look at every other one."""
        query, key, value = (
            op.transpose(self._split(self._linear(states, f"{name}.self.{part}")), _axes(0, 2, 1, 3))
            for part in ("query", "key", "value")
        )
        seen = op.scaled_dot_product_attention(query, key, value, penalty)
        joined = op.reshape(op.transpose(seen, _axes(0, 2, 1, 3)), _axes(0, 0, DIMENSIONS), special_zero=True)
        mixed = self._linear(joined, f"{name}.output.dense")
        return self._normalise(op.add(states, mixed), f"{name}.output.LayerNorm")

    def _split(self, states: Any) -> Any:
        """(texts, tokens, 384) → (texts, tokens, heads, 32)."""
        return op.reshape(states, _axes(0, 0, HEADS, DIMENSIONS // HEADS), special_zero=True)

    def feed_forward(self, states: Any, name: str) -> Any:
        """Let each token think for itself."""
        wide = op.gelu(self._linear(states, f"{name}.intermediate.dense"), "erf")
        narrow = self._linear(wide, f"{name}.output.dense")
        return self._normalise(op.add(states, narrow), f"{name}.output.LayerNorm")

    def _linear(self, states: Any, name: str) -> Any:
        matrix = op.constant(self._weights[f"{name}.weight"], shared_memory=True)
        product = op.matmul(states, matrix, transpose_a=False, transpose_b=True)
        return op.add(product, op.constant(self._weights[f"{name}.bias"]))

    def _normalise(self, states: Any, name: str) -> Any:
        centred = op.mvn(states, _axes(-1), True, _EPSILON, "inside_sqrt")  # noqa: FBT003 - OpenVINO's order
        scaled = op.multiply(centred, op.constant(self._weights[f"{name}.weight"]))
        return op.add(scaled, op.constant(self._weights[f"{name}.bias"]))


def pool(states: Any, present: Any) -> Any:
    """Return nodes for the mean of the token vectors that are `present` (1.0 or 0.0), scaled to length 1."""
    total = op.reduce_sum(op.multiply(states, op.unsqueeze(present, _axes(2))), _axes(1), keep_dims=False)
    return op.normalize_l2(total, _axes(1), _EPSILON, "max")


def _axes(*numbers: int) -> Any:
    return op.constant(np.array(numbers, dtype=np.int64))
