"""What `visavis check` says of the pipeline and of the machine it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants
from typer.testing import CliRunner

from bot.bootstrap.inspection import inspect_project
from bot.bootstrap.models import find_trained, train_model
from bot.bootstrap.project import open_project
from bot.bootstrap.serving import EngineBuilder
from bot.bootstrap.vectors import find_vector_cache
from bot.cli.app import app
from bot.errors import ModelMissing
from tests.integration.bootstrap.conftest import CONFIG, DOMAIN, NLU, Write
from tests.unit.nlu.small_encoders import write_encoder

if TYPE_CHECKING:
    from pathlib import Path

FALLBACK = "- name: FallbackClassifier\n"
OWN_ENCODER = CONFIG.replace(
    FALLBACK, FALLBACK + "- name: visavis.Encoder\n  model: ./colours\n  file: model.xml\n"
)


def test_a_sound_project_shows_its_pipeline(write: Write) -> None:
    write({"config.yml": CONFIG.replace(FALLBACK, FALLBACK + "  threshold: 0.62\n")})
    told = CliRunner().invoke(app, ["check"]).output
    assert "The pipeline as it runs here:\n  tokens" in told
    assert "`nlu_fallback` below 0.62" in told


def test_a_project_with_errors_shows_them_alone(write: Write) -> None:
    write({"config.yml": CONFIG.replace(FALLBACK, FALLBACK + "  threshold: 62\n")})
    checked = CliRunner().invoke(app, ["check"])
    assert checked.exit_code == 1
    assert "as it runs here" not in checked.output


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (
            "language: klingon\n" + CONFIG,
            "config.yml:1: warning: spaCy has no rules for language 'klingon'. Words",
        ),
        (OWN_ENCODER, "config.yml:5: warning: On this machine the sentence encoder './colours' of config"),
        (
            OWN_ENCODER.replace("./colours", "a/b"),
            "local cache does not hold it, and it is not yet downloaded",
        ),
        (
            CONFIG.replace(
                FALLBACK,
                "- name: SpacyNLP\n  model: xx_none\n- name: rasa.nlu.x.SpacyEntityExtractor\n",
            ),
            "config.yml:4: warning: On this machine the spaCy pipeline 'xx_none'",
        ),
        (
            CONFIG.replace(FALLBACK, "- name: DucklingEntityExtractor\n  timezone: Mars/Olympus\n"),
            "config.yml:4: warning: On this machine config.yml: DucklingEntityExtractor: timezone",
        ),
    ],
)
def test_what_this_machine_lacks_is_told_with_its_line(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str, told: str
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    problems = [problem.show() for problem in inspect_project(write({"config.yml": config})).problems]
    assert any(told in problem for problem in problems), problems


def test_examples_that_are_no_keywords_are_counted(write: Write) -> None:
    bye = "- intent: bye\n  examples: |\n    - hello and goodbye\n"
    problems = inspect_project(
        write(
            {
                "config.yml": CONFIG.replace(FALLBACK, f"- name: KeywordIntentClassifier\n{FALLBACK}"),
                "domain.yml": DOMAIN.replace("[greet]", "[greet, bye]"),
                "nlu_data/all.yml": NLU.replace("rules:", f"{bye}rules:"),
            }
        )
    ).problems
    assert (
        "config.yml:4: note: 1 of 3 examples are no keywords, because an example of another intent holds "
        in (problems[0].show())
    )
    assert problems[0].text.endswith(' them: "hello".')


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies
async def test_a_project_answers_with_an_encoder_of_its_own(write: Write, tmp_path: Path) -> None:
    """Trained, found again, served; and refused once the encoder is another."""
    settings = write({"config.yml": OWN_ENCODER})
    colours = write_encoder(settings.project / "colours")
    assert [problem for problem in inspect_project(settings).problems if problem.severity != "note"] == []
    project = open_project(settings)
    path = tmp_path / "models" / "m.tar.gz"
    trained = train_model(project, path, cache=find_vector_cache(), report=lambda _step: None)
    assert find_trained(path.parent, project) is not None
    with pytest.MonkeyPatch.context() as other_version:
        other_version.setattr("bot.bootstrap.models.FORMAT", 0)
        assert find_trained(path.parent, project) is None
    engine = await EngineBuilder(project).build(path.read_bytes())
    assert (await engine.parse("hello")).ranking[-1].name == "greet"
    await engine.close()

    write_encoder(colours, outputs=("sentence_embedding",))
    assert find_trained(path.parent, project) is None
    colours.rename(settings.project / "elsewhere")
    with pytest.raises(ModelMissing, match="there is no folder"):
        await EngineBuilder(project).build(trained.path.read_bytes())


BROKEN_ACTIONS = {"actions/shop.py": "import no_such_library\n"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies
def test_actions_that_cannot_be_loaded_are_one_problem_among_others(write: Write) -> None:
    wrong = {"domain.yml": DOMAIN.replace("utter_greet", "utter_gret")}

    shown = [problem.show() for problem in inspect_project(write(BROKEN_ACTIONS | wrong)).problems]

    assert any(line.startswith("actions/shop.py:1: warning: `no_such_library` is not") for line in shown)
    assert any("`utter_greet` does not exist" in line for line in shown)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies
def test_actions_that_cannot_be_loaded_run_on_the_action_server(write: Write) -> None:
    endpoints = "action_endpoint:\n  url: http://127.0.0.1:9/webhook\n"

    problems = inspect_project(write(BROKEN_ACTIONS | {"endpoints.yml": endpoints})).problems

    assert not [problem for problem in problems if problem.severity == "error"]
    assert "runs on the action server http://127.0.0.1:9/webhook" in problems[0].show()


def test_entities_of_spacy_without_a_model_are_one_mistake(write: Write) -> None:
    write({"config.yml": CONFIG.replace(FALLBACK, "- name: SpacyEntityExtractor\n" + FALLBACK)})
    told = CliRunner().invoke(app, ["check"]).output
    assert "needs `SpacyNLP`" in " ".join(told.split())
    assert "None" not in told
