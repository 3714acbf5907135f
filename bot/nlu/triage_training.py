"""Labelled posts → the triage of a model, with its figures on sectors left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from bot.nlu.asking import embed_public_posts, learn_asking
from bot.nlu.triage_fitting import fit_triage, gather_posts
from bot.nlu.triage_validation import calibrate_triage, measure_triage, score_transfer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.json import JsonObject
    from bot.domain.triage_example import TriageExample
    from bot.nlu.embeddings import Embedder
    from bot.nlu.triage import TriageHead


def train_triage(
    examples: Sequence[TriageExample], embedder: Embedder
) -> tuple[TriageHead | None, JsonObject]:
    """Return the head and what `measure_triage` tells of it; None and nothing without posts."""
    posts = gather_posts(examples)
    if not posts.texts:
        return None, {}
    sentences = embedder.embed([normalised.text for normalised in posts.normalised], _ignore)
    posts = replace(posts, vectors=sentences.vectors)
    public = embed_public_posts(embedder)
    # One core: see `train_nlu`.
    with threadpool_limits(limits=1, user_api="blas"):
        scores = score_transfer(posts)
        head = calibrate_triage(fit_triage(posts), posts, scores)
        head = learn_asking(head, posts, public)
    return head, measure_triage(posts, scores)


def _ignore(_done: int, _total: int) -> None:
    """Take no notice: it takes a second or two."""
