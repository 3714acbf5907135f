"""A brand's actions are those of its own folder, and never those of another package called `actions`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.errors import ActionError
from bot.plugins import find_actions, load_actions

ROOT = Path(__file__).parents[3]
ACTION = """
from rasa_sdk import Action

class Act(Action):
    def name(self) -> str:
        return "{name}"
"""


@pytest.fixture(autouse=True)
def imports_as_before() -> Iterator[None]:
    path, modules = list(sys.path), own_modules()
    yield
    sys.path[:] = path
    for name in own_modules():
        del sys.modules[name]
    sys.modules.update(modules)


def own_modules() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "actions"}


def make_project(root: Path, name: str, *, package: bool) -> Path:
    folder = root / name / "actions"
    folder.mkdir(parents=True)
    (folder / f"{name}.py").write_text(ACTION.format(name=f"action_{name}"))
    if package:
        (folder / "__init__.py").write_text("")
    return root / name


@pytest.mark.parametrize("package", [True, False])
def test_folder_with_or_without_init_is_the_only_source_of_actions(tmp_path: Path, package: bool) -> None:  # noqa: FBT001
    """Rasa projects often have no `__init__.py`; the demo brand's actions are not theirs then."""
    assert "action_order_status" in load_actions(ROOT)
    assert set(load_actions(make_project(tmp_path, "shop", package=package))) == {"action_shop"}


def test_each_project_has_its_own_whatever_was_loaded_before(tmp_path: Path) -> None:
    shop = make_project(tmp_path, "shop", package=False)
    bank = make_project(tmp_path, "bank", package=True)
    for project, names in ((shop, {"action_shop"}), (bank, {"action_bank"}), (shop, {"action_shop"})):
        assert set(load_actions(project)) == names
    assert "action_handoff" in load_actions(ROOT)


def test_actions_loaded_twice_are_the_same_classes() -> None:
    first, again = (load_actions(ROOT)["action_handoff"] for _ in range(2))
    assert type(first) is type(again)


def test_actions_import_their_neighbours(tmp_path: Path) -> None:
    project = make_project(tmp_path, "shop", package=False)
    (project / "prices_of_shop.py").write_text("PRICE = 5\n")
    module = project / "actions" / "shop.py"
    module.write_text(
        f"from prices_of_shop import PRICE\nfrom actions.rules import RULE\n{module.read_text()}"
    )
    (project / "actions" / "rules.py").write_text("RULE = 1\n")
    assert set(load_actions(project)) == {"action_shop"}


def test_actions_open_what_lies_beside_them_wherever_the_command_was_given(tmp_path: Path) -> None:
    project = make_project(tmp_path, "shop", package=False)
    (project / "prices.txt").write_text("5")
    module = project / "actions" / "shop.py"
    module.write_text(f"import os\nSIZE = os.path.getsize('prices.txt')\n{module.read_text()}")
    before = Path.cwd()
    assert set(load_actions(project)) == {"action_shop"}
    assert Path.cwd() == before


def test_package_that_breaks_is_named_and_does_not_stay(tmp_path: Path) -> None:
    project = make_project(tmp_path, "shop", package=True)
    init = project / "actions" / "__init__.py"
    init.write_text("import nowhere_at_all\n")
    for _ in range(2):
        with pytest.raises(ActionError, match=r"actions/__init__\.py:1: `nowhere_at_all` is not installed"):
            load_actions(project)
    init.write_text("")
    assert set(load_actions(project)) == {"action_shop"}


def test_actions_may_stand_in_one_file(tmp_path: Path) -> None:
    shop = make_project(tmp_path, "shop", package=True)
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "actions.py").write_text(ACTION.format(name="action_bank"))
    for project, names in ((bank, {"action_bank"}), (shop, {"action_shop"}), (bank, {"action_bank"})):
        assert set(load_actions(project)) == names
    assert type(load_actions(bank)["action_bank"]) is type(load_actions(bank)["action_bank"])


@pytest.mark.parametrize("file", ["actions.py", "actions/__init__.py"])
def test_actions_know_their_own_file(tmp_path: Path, file: str) -> None:
    code = tmp_path / file
    code.parent.mkdir(exist_ok=True)
    code.write_text("PLACE = __file__\n" + ACTION.format(name="action_shop"))
    assert set(load_actions(tmp_path)) == {"action_shop"}
    assert vars(sys.modules["actions"])["PLACE"] == str(code)


def test_classes_count_as_in_rasas_action_server(tmp_path: Path) -> None:
    """Abstract ones do not, imported ones do, and of two of one name the later one does."""
    project = make_project(tmp_path, "shop", package=True)
    (project / "lent_to_shop.py").write_text(ACTION.format(name="action_lent").replace("Act(", "Lent("))
    (project / "actions" / "shop.py").write_text(
        "from abc import ABC, abstractmethod\n"
        "from lent_to_shop import Lent\n"
        "from rasa_sdk import Action, FormValidationAction\n"
        "class Base(Action, ABC):\n"
        "    @abstractmethod\n"
        "    def find(self): ...\n"
        "class First(Action):\n"
        "    def name(self): return 'action_twice'\n"
        "class Second(Action):\n"
        "    def name(self): return 'action_twice'\n"
        "class Form(FormValidationAction):\n"
        "    def name(self): return 'validate_form'\n"
    )
    actions = load_actions(project)
    assert set(actions) == {"action_lent", "action_twice", "validate_form"}
    assert type(actions["action_twice"]).__name__ == "Second"


def test_action_without_a_name_is_told_with_what_to_do(tmp_path: Path) -> None:
    project = make_project(tmp_path, "shop", package=True)
    (project / "actions" / "shop.py").write_text(
        "from rasa_sdk import Action\nclass Nameless(Action):\n    pass\n"
    )
    with pytest.raises(ActionError, match=r"actions/shop\.py:2: the action Nameless has no name: write"):
        load_actions(project)


def test_class_that_a_call_made_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "actions.py").write_text(
        "from rasa_sdk import Action\n"
        "def refuse(action): raise OSError('no file')\n"
        "Made = type('Made', (Action,), {'__init__': refuse, 'name': lambda action: 'action_made'})\n"
        "class Written(Made): pass\n"
    )
    told = {failure.text: (failure.path, failure.line) for failure in find_actions(tmp_path).failures}
    assert told == {
        "the action Made cannot be made: OSError: no file": ("actions.py", None),
        "the action Written cannot be made: OSError: no file": ("actions.py", 4),
    }


def test_what_breaks_is_told_with_file_and_line_and_leaves_the_rest(tmp_path: Path) -> None:
    project = make_project(tmp_path, "shop", package=True)
    actions = project / "actions"
    for name, code in {
        "bad_key.py": "import os\nKEY = os.environ['NOT_SET_ANYWHERE']\n",
        "leaves.py": "import sys\n\nsys.exit('nothing to do')\n",
        "no_python.py": "def broken(:\n",
        "unmade.py": "from rasa_sdk import Action\nclass Unmade(Action):\n"
        "    def __init__(self): raise OSError('no file')\n    def name(self): return 'action_unmade'\n",
        "part/__init__.py": "from . import bad\n",
        "part/bad.py": "1 / 0\n",
    }.items():
        (actions / name).parent.mkdir(exist_ok=True)
        (actions / name).write_text(code)

    found = find_actions(project)

    assert set(found.actions) == {"action_shop"}
    told = {(failure.path, failure.line): failure.text for failure in found.failures}
    assert told == {
        ("actions/bad_key.py", 2): "the variable NOT_SET_ANYWHERE is not set",
        ("actions/leaves.py", 3): "this cannot be imported: SystemExit: nothing to do",
        ("actions/no_python.py", 1): "this is not Python 3: invalid syntax",
        ("actions/part/bad.py", 1): "this cannot be imported: ZeroDivisionError: division by zero",
        ("actions/unmade.py", 2): "the action Unmade cannot be made: OSError: no file",
    }


@pytest.mark.parametrize(
    ("code", "text", "remedy"),
    [
        ("import no_such_library", "`no_such_library` is not installed here", "Install what it needs"),
        ("import beside", "`beside` is not installed here", "Write `from actions import beside`"),
        ("import rasa.core.agent", "`rasa` is Rasa itself, which is not here", "Do without it"),
        ("from rasa_sdk.forms import FormAction", "`FormAction` is gone since Rasa 3", "Make its checks a"),
        (
            "from rasa_sdk import nothing_of_it",
            "this cannot be imported: cannot import name 'nothing_of_it' from 'rasa_sdk'",
            "Install the version it needs",
        ),
        ("import os; os.environ['NOT_SET']", "the variable NOT_SET is not set", "Set it"),
        ("{}['a']", "this cannot be imported: KeyError: 'a'", "Mend it, or give it"),
        ("x = = 1", "this is not Python 3: invalid syntax", "Mend it"),
    ],
)
def test_what_to_do_is_told_with_what_breaks(tmp_path: Path, code: str, text: str, remedy: str) -> None:
    project = make_project(tmp_path, "shop", package=True)
    (project / "actions" / "beside.py").write_text("")
    (project / "actions" / "broken.py").write_text(f"{code}\n")

    (failure,) = find_actions(project).failures

    assert (failure.path, failure.line, failure.text) == ("actions/broken.py", 1, text)
    assert failure.remedy.startswith(remedy)
