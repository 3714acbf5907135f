"""Does a public post want anything of the brand it names: learnt beside triage, from posts of both kinds.

Triage is taught by complaints and by what else people write **to** brands. Most public posts that name a
brand are written to nobody: headlines passed on, thanks, jokes, talk among friends. Half of them looked like
complaints to triage (0.64 AUROC on real ones), so this question has posts of its own, beside all complaints.
Words and signals are those of triage, whose other answers stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.nlu.normalise import normalise
from bot.nlu.triage import COMPLAINT, QUESTIONS, Asking
from bot.nlu.triage_fitting import REGULARISATION_C, Posts, build_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.nlu.embeddings import Embedder
    from bot.nlu.triage import TriageHead

SHIPPED = Path(__file__).with_name("public_posts.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPost:
    """A post, and whether its author wants something of the brand, or complains."""

    text: str
    asks: bool


@cache
def read_public_posts() -> tuple[PublicPost, ...]:
    """Return the posts that come with Visavis."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    return tuple(PublicPost(text=line[2:], asks=line[0] == "+") for line in lines if line[:2] in ("+ ", "- "))


def embed_public_posts(embedder: Embedder) -> Posts:
    """Return those posts as triage reads posts; their first label is whether they ask."""
    shipped = read_public_posts()
    normalised = [normalise(post.text) for post in shipped]
    answers = np.array([post.asks for post in shipped], dtype=bool)
    return Posts(
        texts=[post.text for post in shipped],
        normalised=normalised,
        sectors=[""] * len(shipped),
        vectors=embedder.embed([each.text for each in normalised], _ignore).vectors,
        labels=np.repeat(answers[:, np.newaxis], len(QUESTIONS), axis=1),
    )


def learn_asking(head: TriageHead, posts: Posts, public: Posts) -> TriageHead:
    """Return a head of triage that tells who asks, too: of its own posts the complaints do.

    Both kinds count alike, however many there are of each.
    """
    complaints = posts.select(np.flatnonzero(posts.labels[:, COMPLAINT]))
    rows = [build_matrix(each, head.columns).toarray() for each in (complaints, public)]
    answers = np.concatenate([complaints.labels[:, COMPLAINT], public.labels[:, 0]])
    if answers.all():
        return head
    fitted = LogisticRegression(C=REGULARISATION_C, class_weight="balanced", max_iter=1000, tol=1e-3)
    fitted.fit(np.vstack(rows), answers)
    weights: NDArray[np.float32] = fitted.coef_[0].astype(np.float32)
    dimensions = posts.vectors.shape[1]
    asking = Asking(
        dense=weights[:dimensions], sparse=weights[dimensions:], bias=np.float32(fitted.intercept_[0])
    )
    return replace(head, asking=asking)


def _ignore(_done: int, _total: int) -> None:
    """Take no notice: it takes a second."""
