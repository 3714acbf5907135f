from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from bot.domain.example import Example, TrainingData
from bot.domain.pipeline import PipelineSpec
from bot.errors import ProjectError
from bot.nlu.fitting import Labelled
from bot.nlu.progress import Progress
from bot.nlu.reader import Reader
from bot.nlu.sentences import Sentences
from bot.nlu.training import train_nlu
from bot.nlu.validation import FOLDS, deal_folds
from tests.unit.nlu.conftest import TEXTS, ignore, make_data

if TYPE_CHECKING:
    from bot.nlu.embeddings import Embedder
    from bot.nlu.model import NluModel


def train(data: TrainingData, embedder: Embedder, spec: PipelineSpec | None = None) -> NluModel:
    return train_nlu(data, spec or PipelineSpec(), embedder=embedder, seed=0, progress=ignore)


def test_training_twice_gives_the_same_model(model: NluModel, embedder: Embedder) -> None:
    again = train(make_data(), embedder)
    assert again.to_files() == model.to_files()


def test_training_reports_every_stage_from_start_to_end(embedder: Embedder) -> None:
    seen: list[Progress] = []
    train_nlu(make_data(), PipelineSpec(), embedder=embedder, seed=0, progress=seen.append)
    assert list(dict.fromkeys(progress.stage for progress in seen)) == [
        "recognise",
        "encode",
        "validate",
        "fit",
        "triage",
        "examine",
    ]
    for stage in ("recognise", "encode", "validate", "fit", "triage", "examine"):
        steps = [progress for progress in seen if progress.stage == stage]
        assert steps[0].done == 0 or stage == "encode"  # what takes long is told when it begins
        assert steps[-1].done == steps[-1].total
        assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_training_measures_itself_on_held_out_texts(model: NluModel) -> None:
    metrics = model.metrics
    assert (metrics["examples"], metrics["intents"]) == (18, 3)
    assert cast("float", metrics["accuracy"]) > 0.7
    assert set(cast("dict[str, object]", metrics["per_intent"])) == set(TEXTS)
    wrong = cast("list[dict[str, object]]", metrics["wrong"])
    assert len(wrong) == round(18 * (1 - cast("float", metrics["accuracy"])))


def test_training_says_what_is_wrong_with_the_examples(embedder: Embedder) -> None:
    data = make_data()
    twice = Example(text=data.examples[0].text, intent="ask_refund")
    model = train(TrainingData(examples=(*data.examples, twice)), embedder)
    health = cast("dict[str, object]", model.metrics["health"])
    assert str(health["sentence"]).startswith("19 examples, 3 intents: ")
    worst = cast("list[dict[str, str]]", health["worst"])
    assert worst[0]["says"] == '"hello" stands under `greet` and `ask_refund`.'


def test_a_taught_sentence_is_understood(embedder: Embedder) -> None:
    data = make_data()
    text = "the doodad went kaputt"
    taught = TrainingData(examples=(*data.examples, *(Example(text=text, intent="broken"),) * 2))
    (before,) = Reader(train(data, embedder), embedder.encoder).read([text])
    (after,) = Reader(train(taught, embedder), embedder.encoder).read([text])
    assert "broken" not in {score.name for score in before.ranking}
    assert "broken" in {score.name for score in after.ranking[:2]}


@pytest.mark.parametrize("intents", [["only"], ["only", "only"], ["one", "other"], ["one", "one", "other"]])
def test_very_little_data_still_gives_a_model(embedder: Embedder, intents: list[str]) -> None:
    examples = tuple(Example(text=f"text {row}", intent=intent) for row, intent in enumerate(intents))
    model = train(TrainingData(examples=examples), embedder)
    (understanding,) = Reader(model, embedder.encoder).read(["text 0"])
    assert understanding.ranking[0].confidence > 0
    scored = [score.confidence for score in understanding.ranking if score.name in intents]
    assert 0 < sum(scored) <= 1 + 1e-6


def test_no_examples_at_all_is_a_project_error(embedder: Embedder) -> None:
    with pytest.raises(ProjectError, match="no examples"):
        train(TrainingData(examples=(Example(text="  ", intent="greet"),)), embedder)


def test_folds_share_out_every_intent_evenly() -> None:
    labelled = label([2 * FOLDS, 7, 1])
    folds, labels = deal_folds(labelled, seed=3), labelled.labels
    assert np.bincount(folds[labels == 0]).tolist() == [2] * FOLDS
    assert max(np.bincount(folds[labels == 1], minlength=FOLDS)) == 2
    assert (deal_folds(labelled, seed=3) == folds).all()
    assert (deal_folds(labelled, seed=4) != folds).any()


def test_a_new_example_moves_no_text_of_another_intent() -> None:
    before, after = label([10, 7, 3]), label([10, 8, 3])
    folds = dict(zip(before.texts, deal_folds(before, seed=3), strict=True))
    later = dict(zip(after.texts, deal_folds(after, seed=3), strict=True))
    assert [text for text in folds if folds[text] != later[text] and not text.startswith("1-")] == []


def label(amounts: list[int]) -> Labelled:
    texts = [f"{intent}-{number}" for intent, amount in enumerate(amounts) for number in range(amount)]
    return Labelled(
        texts=texts,
        sentences=Sentences(
            vectors=np.zeros((len(texts), 1), dtype=np.float32),
            states=np.zeros((0, 1), dtype=np.float16),
            lengths=np.zeros(len(texts), dtype=np.int64),
        ),
        labels=np.repeat(np.arange(len(amounts)), amounts),
        names=tuple("abc"),
    )
