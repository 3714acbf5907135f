from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import spacy

from bot.domain.understanding import Entity
from bot.errors import ModelError, ModelMissing
from bot.nlu.entities import EntityFinder, EntityTables
from bot.nlu.spacy_entities import SpacyEntityFinder, SpacyOptions
from bot.nlu.tokens import load_language
from bot.nlu.training import train_nlu
from tests.unit.nlu.conftest import make_data
from tests.unit.nlu.test_pipeline import read_spec, train

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.embeddings import Embedder
    from bot.nlu.progress import Progress


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A spaCy pipeline in a folder, whose part that finds entities knows three names."""
    language = spacy.blank("en")
    ruler = language.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]  # the factory's return type is any component's
        [
            {"label": "PERSON", "pattern": "Ada Lovelace"},
            {"label": "GPE", "pattern": "London"},
            {"label": "ORG", "pattern": "Lyra"},
        ]
    )
    folder = tmp_path_factory.mktemp("spacy") / "small"
    language.to_disk(folder)
    return str(folder)


def test_the_pipelines_entities_are_found_with_their_places(pipeline: str) -> None:
    found = SpacyEntityFinder(SpacyOptions(model=pipeline)).find("🙂 Ada Lovelace in London")
    assert list(found) == [
        Entity(entity="PERSON", value="Ada Lovelace", start=2, end=14, extractor="SpacyEntityExtractor"),
        Entity(entity="GPE", value="London", start=18, end=24, extractor="SpacyEntityExtractor"),
    ]


@pytest.mark.parametrize(
    ("dimensions", "found"),
    [((), ["PERSON", "GPE", "ORG"]), (("ORG", "GPE"), ["GPE", "ORG"]), (("MONEY",), [])],
)
def test_dimensions_leave_others_out(pipeline: str, dimensions: tuple[str, ...], found: list[str]) -> None:
    finder = SpacyEntityFinder(SpacyOptions(model=pipeline, dimensions=dimensions))
    assert [entity.entity for entity in finder.find("Ada Lovelace left London for Lyra")] == found


def test_synonyms_replace_their_values_too(pipeline: str) -> None:
    tables = EntityTables(synonyms={"london": "LON"}, spacy=SpacyOptions(model=pipeline))
    language = load_language("en")
    ((entity,),) = EntityFinder(tables, language).find([language.make_doc("to London")])
    assert (entity.value, entity.processors) == ("LON", ("EntitySynonymMapper",))


def test_the_pipeline_of_config_is_used_by_the_model(pipeline: str, embedder: Embedder) -> None:
    items = (f"SpacyNLP, model: {pipeline}", "SpacyEntityExtractor, dimensions: [GPE]", "DIETClassifier")
    (understanding,) = train(embedder, *items).read(["does Lyra deliver to London"])
    assert ("GPE", "SpacyEntityExtractor") in [
        (entity.entity, entity.extractor) for entity in understanding.entities
    ]
    assert read_spec(*items).components[0]["model"] == pipeline


def test_a_pipeline_that_is_not_installed_is_named_with_the_command(embedder: Embedder) -> None:
    """Before the work of training."""
    spec = read_spec("SpacyNLP, model: xx_none_sm", "SpacyEntityExtractor")
    steps: list[Progress] = []
    with pytest.raises(ModelMissing, match="`python -m spacy download xx_none_sm` installs it"):
        train_nlu(make_data(), spec, embedder=embedder, seed=0, progress=steps.append)
    assert steps == []


def test_a_pipeline_that_finds_no_entities_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="no part that finds entities"):
        SpacyEntityFinder(SpacyOptions(model=str(tmp_path / "blank")))
