"""A sentence encoder from an ONNX file, as a graph of the same inputs and output as the built-in one.

Import it where an encoder is opened, as `bot.nlu.runtime`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import ModelError
from bot.nlu.minilm import pool
from bot.nlu.runtime import Model, PartialShape, Type, op

if TYPE_CHECKING:
    from pathlib import Path

CLS = "cls"
FORMATS = (".onnx", ".xml")
"""ONNX's and OpenVINO's own; its runtime would try others too, which may hold programs."""
_IDS, _MASK, _SEGMENTS = "input_ids", "attention_mask", "token_type_ids"
_OF_TEXTS = ("sentence_embedding", "sentence_embeddings", "text_embeds")
_OF_TOKENS = ("last_hidden_state", "token_embeddings")
_PER_TEXT, _PER_TOKEN = 2, 3  # axes: (texts, dimensions), (texts, tokens, dimensions)


def read_sentence_graph(core: Any, path: Path, pooling: str | None) -> Any:
    """Return the model: `input_ids`, `attention_mask` (texts, tokens) → vectors of length 1.

    With `pooling` (`mean`, `cls`) a vector is made of its tokens'; with None the model's own vector of the
    text is taken where it has one, else the mean. Raises `ModelError` for a file that is no such model.
    """
    graph = _read(core, path)
    ids = op.parameter([-1, -1], Type.i64, name=_IDS)
    mask = op.parameter([-1, -1], Type.i64, name=_MASK)
    # One segment: the tokens' are all 0.
    given = {_IDS: ids, _MASK: mask, _SEGMENTS: op.multiply(mask, op.constant(np.int64(0)))}
    for port in graph.inputs:
        source = next((given[name] for name in port.get_names() if name in given), None)
        if source is None:
            raise ModelError(
                f"{path} is no sentence encoder that can be used here: it asks for "
                f"`{port.get_any_name()}`; known are {', '.join(given)}"
            )
        if port.get_element_type() != Type.i64:
            source = op.convert(source, port.get_element_type())
        for reader in port.get_target_inputs():
            reader.replace_source_output(source.output(0))
    vectors = _choose_vectors(graph, path, pooling, op.convert(mask, Type.f32))
    return Model([op.result(vectors)], [ids, mask], path.name)


def _read(core: Any, path: Path) -> Any:
    if path.suffix not in FORMATS:
        raise ModelError(f"{path} is no ONNX model: its name should end in {' or '.join(FORMATS)}")
    try:
        graph = core.read_model(path)
        if any(port.get_partial_shape().is_static for port in graph.inputs):
            graph.reshape({port: PartialShape([-1, -1]) for port in graph.inputs})
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1:] or ["no reason given"]
        raise ModelError(f"{path} is no ONNX model that can be read: {reason[0].strip()}") from error
    return graph


def _choose_vectors(graph: Any, path: Path, pooling: str | None, present: Any) -> Any:
    """Return the node of a text's vector, scaled to length 1."""
    of_texts = _find_output(graph, _PER_TEXT, _OF_TEXTS)
    of_tokens = _find_output(graph, _PER_TOKEN, _OF_TOKENS)
    own = of_texts is not None and not of_texts.get_names().isdisjoint(_OF_TEXTS)
    if of_tokens is None or (own and pooling is None):
        if of_texts is None or pooling is not None:
            what = f"no vectors of tokens for `pooling: {pooling}`" if pooling else "no vectors"
            raise ModelError(f"{path} gives {what}: its outputs are {_describe(graph)}")
        return _scale(_source_of(of_texts))
    states = _source_of(of_tokens)
    if pooling == CLS:
        return _scale(op.gather(states, op.constant(np.int64(0)), op.constant(np.int64(1))))
    return pool(states, present)


def _find_output(graph: Any, axes: int, names: tuple[str, ...]) -> Any:
    """Return the output of so many axes, one of `names` rather than another; None where there is none."""
    shaped = [port for port in graph.outputs if _count_axes(port) == axes]
    return next((port for port in shaped if not port.get_names().isdisjoint(names)), next(iter(shaped), None))


def _count_axes(port: Any) -> int | None:
    rank = port.get_partial_shape().rank
    return rank.get_length() if rank.is_static else None


def _source_of(port: Any) -> Any:
    return op.convert(port.get_node().input_value(0), Type.f32)


def _scale(vectors: Any) -> Any:
    return op.normalize_l2(vectors, op.constant(np.array([1], dtype=np.int64)), 1e-12, "max")


def _describe(graph: Any) -> str:
    return ", ".join(f"`{port.get_any_name()}` {port.get_partial_shape()}" for port in graph.outputs)
