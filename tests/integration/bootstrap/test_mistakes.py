"""A mistake in the project's files: what answers customers does not start, and says file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bot.bootstrap.project import load_project_actions, open_project
from bot.bootstrap.service import open_service
from bot.bootstrap.training import train_here, train_in_child
from bot.cli.app import app
from bot.errors import EmbeddedServerError, ModelError, ProjectError
from bot.settings import ServiceRole
from tests.integration.bootstrap.conftest import CONFIG, DOMAIN, NLU, Write

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.progress import Progress

WRONG_ACTION = {"nlu_data/all.yml": NLU.replace("action: utter_greet", "action: utter_gret")}
WRONG_OPTION = {"config.yml": CONFIG.replace("open: true", "opn: true")}
OTHER_ENGINE = {"config.yml": CONFIG + "engine: mycroft\n"}
BROKEN_ACTIONS = {
    "domain.yml": DOMAIN + "actions:\n- action_here\n- action_lost\n- action_nowhere\n",
    "actions/here.py": "from rasa_sdk import Action\n\nclass Here(Action):\n"
    "    def name(self):\n        return 'action_here'\n",
    "actions/lost.py": "import os\nimport no_such_library\n\nNAME = 'action_lost'\n",
}


def watch_nothing(_step: Progress) -> None:
    raise AssertionError("nothing should be trained")


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (WRONG_ACTION, "nlu_data/all.yml:11: The response `utter_gret` does not exist."),
        (WRONG_OPTION, "config.yml:10: The rest account `open`: `opn` is not an option of rest."),
        (OTHER_ENGINE, "config.yml:11: There is no engine `mycroft`."),
    ],
)
async def test_service_and_training_refuse_a_mistake_with_file_and_line(
    write: Write, files: dict[str, str], place: str
) -> None:
    settings = write(files)

    with pytest.raises(ProjectError) as refused:
        async with open_service(settings, ServiceRole.ALL):
            pass
    assert str(refused.value).startswith(place)
    with pytest.raises(ProjectError) as untrained:
        train_here(settings, out=None, report=watch_nothing)
    assert str(untrained.value).startswith(place)
    # The command tells the very same, as one of its lines.
    path_and_line, _, text = place.partition(": ")
    checked = CliRunner().invoke(app, ["check"])
    assert checked.exit_code == 1
    assert f"{path_and_line}: error: {text}" in checked.output


async def test_every_mistake_is_told_on_a_line_of_its_own(write: Write) -> None:
    settings = write(WRONG_ACTION | WRONG_OPTION)

    with pytest.raises(ProjectError) as refused:
        async with open_service(settings, ServiceRole.COURIER):
            pass

    lines = str(refused.value).splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "config.yml:10:",
        "config.yml:10:",
        "nlu_data/all.yml:11:",
    ]


async def test_actions_that_cannot_be_loaded_leave_the_others_and_are_told(write: Write) -> None:
    settings = write(BROKEN_ACTIONS)

    checked = CliRunner().invoke(app, ["check"])
    found = load_project_actions(open_project(settings))

    assert checked.exit_code == 0
    assert "actions/lost.py:2: warning: `no_such_library` is not installed here. Install" in checked.output
    assert "domain.yml:8: warning: The Python action `action_lost` could not be loaded." in checked.output
    assert "domain.yml:9: warning: No Python action is called `action_nowhere`." in checked.output
    assert set(found.actions) == {"action_here"}


def test_sound_project_has_nothing_to_tell(write: Write) -> None:
    write({})

    checked = CliRunner().invoke(app, ["check"])

    assert checked.exit_code == 0
    assert checked.output.startswith("The pipeline as it runs here:\n")
    assert checked.output.endswith("\nNo problems found.\n")


async def test_training_in_another_process_tells_all_mistakes_too(write: Write, tmp_path: Path) -> None:
    write(WRONG_ACTION | WRONG_OPTION)

    with pytest.raises(ModelError) as refused:
        await train_in_child(tmp_path / "model.tar.gz", watch_nothing)

    assert str(refused.value).startswith("config.yml:10: ")
    assert "\nnlu_data/all.yml:11: error: The response `utter_gret` does not exist." in str(refused.value)


def test_what_cannot_be_written_is_told_before_training(write: Write, tmp_path: Path) -> None:
    settings = write({})
    (tmp_path / "file").touch()

    for out, reason in (
        (tmp_path / "file" / "models" / "model", "Not a directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(ModelError, match=f"cannot be written to {out}: {reason}; see --out"):
            train_here(settings, out=out, report=watch_nothing)
    nowhere = settings.model_copy(update={"data": tmp_path / "file" / "data"})
    with pytest.raises(EmbeddedServerError, match=r"cannot use the data folder .*VISAVIS_DATA"):
        train_here(nowhere, out=None, report=watch_nothing)
