"""Understanding alone: files in, an archive out that only understands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.bootstrap.cross_validation import take_files
from bot.bootstrap.examples import examine_examples, read_nlu_model
from bot.bootstrap.lessons import TrainingOptions, weigh_doubts
from bot.bootstrap.nlu_training import train_on_files
from bot.bootstrap.parsing import Parser
from bot.engines.native.load import load_native_engine
from bot.errors import ModelError, ModelMissing, ProjectError
from bot.nlu.archive import read_archive
from bot.nlu.encoders import EncoderShelf
from bot.nlu.reader import Reader
from tests.unit.nlu.conftest import TEXTS, ignore
from tests.unit.nlu.small_encoders import write_encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.nlu.encoder import Encoder
    from bot.nlu.progress import Progress
    from bot.rasa_format.problem import Problem

CONFIG = """
pipeline:
- name: FallbackClassifier
  threshold: 0.8
- name: visavis.Encoder
  model: colours
  file: model.xml
channels:
  telegram: ${UNSET}
"""


def write_nlu(folder: Path, more: str = "") -> Path:
    blocks = "".join(
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in TEXTS.items()
    )
    path = folder / "nlu.yml"
    path.write_text(f'version: "3.1"\nnlu:\n{blocks}{more}')
    return path


def train(
    nlu: Path,
    out: Path,
    *,
    config: Path | None = None,
    report: Callable[[Progress], None] = ignore,
    **how: Any,
) -> bytes:
    train_on_files(nlu, out, config=config, report=report, options=TrainingOptions(**how))
    return out.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `nlu.yml` lies with the model trained on it."""
    folder = tmp_path_factory.mktemp("nlu")
    train(write_nlu(folder), folder / "model")
    return folder


def test_a_model_of_nlu_files_understands_and_says_where_it_comes_from(
    folder: Path, encoder: Encoder
) -> None:
    (understanding,) = Reader(read_nlu_model(folder / "model"), encoder).read(["where is my parcel now"])
    assert understanding.ranking[0].name == "ask_delivery"
    metadata = read_archive(folder / "model").metadata
    assert len(str(metadata["data_digest"])) == 64
    assert "numpy" in cast("dict[str, str]", metadata["packages"])
    assert cast("dict[str, Any]", metadata["metrics"])["examples"] == sum(map(len, TEXTS.values()))


def test_where_a_whole_model_is_wanted_it_is_refused(folder: Path) -> None:
    archive = read_archive(folder / "model")
    with pytest.raises(ModelError, match="understanding alone"):
        load_native_engine(archive, actions=cast("Any", None), encoders=EncoderShelf(folder), root=folder)


def test_equal_data_and_seed_give_equal_bytes_whatever_was_encoded_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []

    def report(step: Progress) -> None:
        if step.stage == "encode":
            encoded.append(step.done)

    nlu, config = write_nlu(tmp_path), tmp_path / "config.yml"
    config.write_text(CONFIG)
    write_encoder(tmp_path / "colours")
    models, found = set(), []
    for cache in ("one", "one", "other"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / cache))
        encoded.clear()
        models.add(train(nlu, tmp_path / "model", config=config, report=report))
        found.append(encoded[0])
    assert len(models) == 1
    names_too = sum(map(len, TEXTS.values())) + len(TEXTS)
    assert found == [0, names_too, 0]


def test_the_pipeline_of_a_config_is_used_with_an_encoder_beside_it_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "brand" / "config.yml"
    config.parent.mkdir()
    config.write_text(CONFIG)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    nlu = write_nlu(tmp_path)
    with pytest.raises(ModelMissing, match=str(config.parent / "colours")):
        train(nlu, tmp_path / "model", config=config)
    write_encoder(config.parent / "colours")
    train(nlu, tmp_path / "model", config=config)
    Parser(read_archive(tmp_path / "model"), root=Path()).parse(["red"])
    pipeline, model = take_files(nlu, config=config).pipeline, read_nlu_model(tmp_path / "model")
    assert model.fallback is not None
    assert (model.fallback.threshold, model.encoder_spec) == (0.8, pipeline.encoder)


def test_doubtful_examples_are_told_and_refused_where_it_is_asked(tmp_path: Path) -> None:
    told: list[Problem] = []
    nlu = write_nlu(tmp_path, "- intent: bye\n  examples: |\n    - HELLO\n    - so long\n    - so long\n")
    with pytest.raises(ProjectError, match=r"nlu\.yml:5: .*This and 1 more contradictions are refused"):
        train(nlu, tmp_path / "model", strict=True, warn=told.append)
    assert [(each.line, each.contradiction) for each in told] == [(5, True), (29, True), (31, False)]
    assert not (tmp_path / "model").exists()


def test_repeats_alone_are_not_refused(tmp_path: Path) -> None:
    _, problems = examine_examples(
        write_nlu(tmp_path, "- intent: bye\n  examples: |\n    - so long\n    - so long\n")
    )
    assert len(problems.warnings) == 1
    weigh_doubts(problems.warnings, TrainingOptions(strict=True))


@pytest.mark.parametrize(
    ("nlu", "config", "place"),
    [
        ("nlu: [", "", r"nlu\.yml:1: "),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n", "pipeline:\n- name: Nonsense\n", r"config\.yml:2: "),
    ],
)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, nlu: str, config: str, place: str) -> None:
    (tmp_path / "nlu.yml").write_text(nlu)
    (tmp_path / "config.yml").write_text(config)
    with pytest.raises(ProjectError, match=place):
        train(tmp_path / "nlu.yml", tmp_path / "model", config=tmp_path / "config.yml")


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    def report(_step: Progress) -> None:
        raise AssertionError("nothing should be trained")

    with pytest.raises(ModelError, match="cannot be written"):
        train(write_nlu(tmp_path), tmp_path / "file" / "model", report=report)
