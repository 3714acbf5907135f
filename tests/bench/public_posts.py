"""Which public posts are left alone: of invented ones, and of complaints of several sectors.

    python -m tests.bench.public_posts [--json OUT] [--wrong]

Complaints are judged twice: as mentions of a brand, and as comments that name nobody. Those that Visavis
learns triage from are judged by a triage that saw no post of their sector (not calibrated); the held-out ones
are another writer's, and nobody looked at them for the rules. `--wrong` shows what was judged otherwise than
labelled.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from ruamel.yaml import YAML

from bot.desk.public_posts import Post, Verdict, judge_post
from bot.domain.understanding import Triage, Understanding
from bot.nlu.asking import embed_public_posts, learn_asking
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import open_encoder
from bot.nlu.normalise import normalise
from bot.nlu.triage import COMPLAINT, QUESTIONS, URGENT, squash, weigh_mood
from bot.nlu.triage_fitting import build_matrix, fit_triage, gather_posts, score_posts
from bot.nlu.triage_training import train_triage
from bot.nlu.triage_validation import FOLDS, deal_sectors
from bot.rasa_format.triage_data import read_shipped
from tests.bench.triage import HELD_OUT, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.nlu.triage import TriageHead
    from bot.nlu.triage_fitting import Posts

DATA = Path(__file__).parent / "data" / "public_posts.yml"
ADDRESSED = {"m": "mention", "c": "comment"}
_USER = re.compile(r"@\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A post, what it should be, and what triage makes of it."""

    group: str
    needs_answer: bool
    post: Post
    triage: Triage

    def judge(self) -> Verdict:
        """Judge it as the service does; its language counts as not certain."""
        return judge_post(self.post, Understanding(text=self.post.text, intent=None, triage=self.triage))


def read_cases(head: TriageHead, embedder: Embedder) -> Iterator[Case]:
    """Read the invented posts, and the held-out complaints; judged by triage as it ships."""
    for group, labelled in YAML(typ="safe").load(DATA).items():
        for label, kinds in labelled.items():
            lines = [line for lines in kinds.values() for line in lines.splitlines()]
            posts = [Post(text=line[2:], addressed=ADDRESSED[line[0]]) for line in lines]
            for post, triage in zip(posts, judge(head, embedder, posts), strict=True):
                yield Case(group=group, needs_answer=label == "needs_answer", post=post, triage=triage)
    complaints = [Post(text=example.text) for example in read(HELD_OUT) if example.complaint]
    for post, triage in zip(complaints, judge(head, embedder, complaints), strict=True):
        yield from say_twice("held-out complaints", post.text, triage)


def judge(head: TriageHead, embedder: Embedder, posts: Sequence[Post]) -> list[Triage]:
    """Return what triage makes of posts."""
    normalised = [normalise(post.text) for post in posts]
    vectors = embedder.embed([each.text for each in normalised], lambda _done, _total: None).vectors
    return [
        head.judge(post.text, said, vector)
        for post, said, vector in zip(posts, normalised, vectors, strict=True)
    ]


def say_twice(group: str, text: str, triage: Triage) -> Iterator[Case]:
    """Return a complaint as a mention, and as a comment."""
    posts = Post(text=text), Post(text=_USER.sub("", text).strip(), addressed="comment")
    for post in posts:
        yield Case(group=f"{group}, {post.addressed}s", needs_answer=True, post=post, triage=triage)


def read_complaints(embedder: Embedder) -> Iterator[Case]:
    """Read the shipped complaints, judged by a triage that did not see their sectors."""
    posts = gather_posts(read_shipped())
    texts = [each.text for each in posts.normalised]
    posts = replace(posts, vectors=embedder.embed(texts, lambda _done, _total: None).vectors)
    chances, asks = _score_transfer(posts, embed_public_posts(embedder))
    for row in np.flatnonzero(posts.labels[:, COMPLAINT]).tolist():
        judged = chances[row]
        triage = Triage(
            complaint=float(judged[COMPLAINT]),
            urgency=float(judged[URGENT]),
            sentiment=weigh_mood(judged),
            asks=float(asks[row]),
        )
        yield from say_twice("learnt complaints", posts.texts[row], triage)


def _score_transfer(posts: Posts, public: Posts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    folds, scores, asks = deal_sectors(posts), np.zeros(posts.labels.shape), np.zeros(len(posts.texts))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        head = fit_triage(posts.select(outside), tuple(range(len(QUESTIONS))))
        scores[inside] = score_posts(head, posts.select(inside))
        asking = learn_asking(head, posts.select(outside), public).asking
        assert asking is not None
        weights = np.concatenate([asking.dense, asking.sparse])
        asks[inside] = build_matrix(posts.select(inside), head.columns) @ weights + asking.bias
    return squash(scores), squash(asks)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    embedder, console = Embedder(open_encoder()), Console()
    head, _ = train_triage(read_shipped(), embedder)
    assert head is not None
    asked, right = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for case in (*read_cases(head, embedder), *read_complaints(embedder)):
        verdict, key = case.judge(), (case.group, case.needs_answer)
        asked[key] += 1
        right[key] += verdict.needs_answer == case.needs_answer
        if options.wrong and verdict.needs_answer != case.needs_answer:
            console.print(escape(f"{case.group}: {case.post.text} ({verdict.reason.value})"))
    table = Table("posts", "should be", "number", "are")
    found: list[dict[str, Any]] = []
    for (group, needs), number in asked.items():
        share, label = right[group, needs] / number, "answered" if needs else "left alone"
        table.add_row(group, label, str(number), f"{share:.1%}")
        found.append({"group": group, "should_be": label, "number": number, "share": round(share, 4)})
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
