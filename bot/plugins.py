"""Finding connectors, actions and slot classes by name: the only dynamic import.

None is imported by anything else, so a channel or an action is added by adding its folder.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.action_failures import ActionFailure, describe, explain_class, explain_import
from bot.dialogue.own_slots import RASA_SLOTS
from bot.errors import ActionError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.connector import Connector

_CHANNEL = re.compile(r"[a-z][a-z0-9_]*")
ACTIONS_PACKAGE = "actions"
_SDK = "rasa_sdk"
_SERVER = "sanic"  # rasa_sdk's


def load_connector(channel: str) -> type[Connector]:
    """Return the connector class of a channel: `CONNECTOR` in `connectors/<channel>/connector.py`.

    Raises `SettingsError` if there is no such channel. An error inside the connector is not hidden.
    """
    name = f"connectors.{channel}.connector"
    if not _CHANNEL.fullmatch(channel):
        raise SettingsError(f"{channel!r} is no name of a channel")
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise SettingsError(f"there is no channel {channel!r} in connectors/") from error
    connector: type[Connector] = module.CONNECTOR
    return connector


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundActions:
    """A project's actions by name, and what of them cannot be used."""

    actions: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[ActionFailure, ...] = ()


def load_actions(project_root: Path) -> Mapping[str, Any]:
    """Return the project's actions by name, as `find_actions` does, where all of them can be used.

    Raises `ActionError` for a module that cannot be imported and an action that cannot be made.
    """
    found = find_actions(project_root)
    for failure in found.failures:
        where = f"{failure.path}:{failure.line}" if failure.line else failure.path
        raise ActionError(f"{where}: {failure.text}")
    return found.actions


def find_actions(project_root: Path) -> FoundActions:
    """Return an instance of each `rasa_sdk` action in the project's `actions/` or `actions.py`.

    A project without either has none; with or without an `__init__.py` it is this folder and
    no other package of that name. As in rasa_sdk's server abstract classes are left out, classes that its
    modules import count, and of two actions of one name the later one does. What cannot be imported or
    made leaves the others as they are. Takes a while the first time; call it off the event loop.
    """
    place = find_action_code(project_root.resolve())
    if place is None:
        return FoundActions()
    base = _load_action_class()
    if str(place.parent) not in sys.path:  # actions may import what lies beside them
        sys.path.insert(0, str(place.parent))
    with chdir(place.parent):  # and open what does
        return _find_at(place, base)


def _load_action_class() -> type[Any]:
    """Import rasa_sdk, without the web server that it has for itself: 7 MB, 0.2 s.

    It names the server in one annotation. Whoever wants it after all, as an action may, finds the real one.
    """
    with ExitStack() as stack:
        if not {_SDK, _SERVER} & sys.modules.keys():
            sys.modules[_SERVER] = ModuleType(_SERVER)
            sys.modules[_SERVER].Sanic = object  # type: ignore[attr-defined]  # what rasa_sdk takes from it
            stack.callback(sys.modules.pop, _SERVER)
        from rasa_sdk import Action  # noqa: PLC0415 - processes without actions should not pay for it

    found: type[Any] = Action
    return found


def _find_at(place: Path, base: type[Any]) -> FoundActions:
    failures: list[ActionFailure] = []
    actions: dict[str, Any] = {}
    for kind in _classes(base, place, failures):
        try:
            action = kind()
            actions[_name(action)] = action
        except Exception as error:  # noqa: BLE001 - a project's class may raise anything
            failures.append(explain_class(kind, error, place.parent))
    return FoundActions(actions=actions, failures=tuple(failures))


def find_action_code(project_root: Path) -> Path | None:
    """Return the project's `actions/`, or else its `actions.py`; None without either."""
    folder = project_root / ACTIONS_PACKAGE
    file = folder.with_suffix(".py")
    return folder if folder.is_dir() else file if file.is_file() else None


def _classes(base: type[Any], place: Path, failures: list[ActionFailure]) -> list[type[Any]]:
    """Return the action classes of the project's modules, in the order in which rasa_sdk takes them."""
    found = {
        each
        for module in _modules(place, failures)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and not inspect.isabstract(each)
    }
    mine = (each for each in _subclasses(base) if each in found)
    return [each for each in dict.fromkeys(mine) if each.__module__.partition(".")[0] != _SDK]


def _subclasses(base: type[Any]) -> list[type[Any]]:
    """Return the classes below a class: its children first, as rasa_sdk does."""
    children = base.__subclasses__()
    return [*children, *(each for child in children for each in _subclasses(child))]


def _modules(place: Path, failures: list[ActionFailure]) -> Iterator[ModuleType]:
    """Yield what can be imported, the package first: without it nothing in it can be."""
    try:
        package = _open_package(place)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a project's module may raise anything
        file = place / "__init__.py" if place.is_dir() else place
        failures.append(explain_import(file, error, place.parent))
        return
    yield package
    paths = getattr(package, "__path__", ())
    for info in pkgutil.walk_packages(paths, f"{ACTIONS_PACKAGE}.", onerror=_pass_over):
        try:
            yield importlib.import_module(info.name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            failures.append(explain_import(_file_of(info, place), error, place.parent))


def _pass_over(_name: str) -> None:
    """Let a package in `actions/` that breaks be: `_modules` has told of it."""


def _file_of(info: pkgutil.ModuleInfo, place: Path) -> Path:
    inside = place.parent.joinpath(*info.name.split("."))
    return inside / "__init__.py" if info.ispkg else inside.with_suffix(".py")


def _open_package(place: Path) -> ModuleType:
    """Import the folder or file at `place` under the name `actions`, whatever else is called so.

    Left to itself, Python takes what another project imported before, and prefers any installed
    package of that name (the demo brand's) to a folder without an `__init__.py`.
    """
    known = sys.modules.get(ACTIONS_PACKAGE)
    if known is not None and _place_of(known) == place:
        return known
    for name in [name for name in sys.modules if name.partition(".")[0] == ACTIONS_PACKAGE]:
        del sys.modules[name]
    spec = _find_spec(place)
    package = sys.modules[ACTIONS_PACKAGE] = module_from_spec(spec)
    if spec.loader is not None:
        try:
            spec.loader.exec_module(package)
        except BaseException:
            del sys.modules[ACTIONS_PACKAGE]
            raise
    return package


def _find_spec(place: Path) -> ModuleSpec:
    """Return how to import `place`; a folder without an `__init__.py` is a package without code."""
    folders = [str(place)] if place.is_dir() else None
    file = place / "__init__.py" if folders else place
    if file.exists():
        found = spec_from_file_location(ACTIONS_PACKAGE, file, submodule_search_locations=folders)
        assert found is not None  # it knows files of Python
        return found
    spec = ModuleSpec(ACTIONS_PACKAGE, None, is_package=True)
    spec.submodule_search_locations = folders
    return spec


def _place_of(module: ModuleType) -> Path:
    """Return the folder of a package, or the file of a module."""
    origin = module.__spec__.origin if module.__spec__ else None
    paths = list(getattr(module, "__path__", ()))
    return Path(paths[0] if paths else origin or "").resolve()


def _name(action: Any) -> str:
    try:
        return str(action.name())
    except NotImplementedError as error:
        raise ActionError(
            "has no name: write the method `name`, or mark one of its methods as abstract where the "
            "class only serves others"
        ) from error


_SLOTS_MODULE = "rasa.shared.core.slots"


def load_slot_class(project_root: Path, path: str) -> type[Any]:
    """Return a slot class of the project by its dotted path, as `type:` of a slot has it.

    Where Rasa is not installed the class finds `rasa.shared.core.slots` all the same, with our own `Slot` of
    the same interface in it, and nothing else of Rasa. Raises `ActionError`.
    """
    module_name, _, name = path.rpartition(".")
    root = str(project_root.resolve())
    if root not in sys.path:
        sys.path.insert(0, root)
    with _lent_rasa_slots():
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is not None and error.name.partition(".")[0] == "rasa":
                raise ActionError(
                    f"the slot class {path} needs {error.name}, which is Rasa itself: `engine: rasa` runs it"
                ) from error
            raise ActionError(f"{module_name} cannot be imported: {describe(error)}") from error
        except Exception as error:
            raise ActionError(f"{module_name} cannot be imported: {describe(error)}") from error
    kind = getattr(module, name, None)
    if not isinstance(kind, type) or not callable(getattr(kind, "as_feature", None)):
        raise ActionError(f"{module_name} has no slot class {name}: a class with a method `as_feature`")
    return kind


@contextmanager
def _lent_rasa_slots() -> Iterator[None]:
    """Let `rasa.shared.core.slots` be imported meanwhile, where no Rasa is installed."""
    if find_spec("rasa") is not None:
        yield
        return
    names = [".".join(_SLOTS_MODULE.split(".")[:length]) for length in range(1, 5)]
    lent = {name: ModuleType(name) for name in names}
    for name, module in lent.items():
        module.__path__ = []
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(lent[parent], last, module)
    for kind in RASA_SLOTS:
        setattr(lent[_SLOTS_MODULE], kind.__name__, kind)
    sys.modules.update(lent)
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)
