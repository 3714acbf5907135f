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
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.dialogue.own_slots import RASA_SLOTS
from bot.errors import ActionError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.connector import Connector

_CHANNEL = re.compile(r"[a-z][a-z0-9_]*")
ACTIONS_PACKAGE = "actions"
_SDK = "rasa_sdk"


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


def load_actions(project_root: Path) -> Mapping[str, Any]:
    """Return an instance of each `rasa_sdk` action in the project's `actions/` or `actions.py`, by name.

    A project without either has none; with or without an `__init__.py` it is this folder and
    no other package of that name. As in rasa_sdk's server abstract classes are left out, classes that its
    modules import count, and of two actions of one name the later one does. Raises `ActionError` for a
    module that cannot be imported and an action that cannot be made. Takes half a second the first
    time (rasa_sdk brings a web server); call it off the event loop.
    """
    place = find_action_code(project_root.resolve())
    if place is None:
        return {}
    from rasa_sdk import Action  # noqa: PLC0415 - see above

    if str(place.parent) not in sys.path:  # actions may import what lies beside them
        sys.path.insert(0, str(place.parent))
    actions = (_make(kind) for kind in _classes(Action, place))
    return {_name(action): action for action in actions}


def find_action_code(project_root: Path) -> Path | None:
    """Return the project's `actions/`, or else its `actions.py`; None without either."""
    folder = project_root / ACTIONS_PACKAGE
    file = folder.with_suffix(".py")
    return folder if folder.is_dir() else file if file.is_file() else None


def _classes(base: type[Any], place: Path) -> list[type[Any]]:
    """Return the action classes of the project's modules, in the order in which rasa_sdk takes them."""
    found = {
        each
        for module in _modules(place)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and not inspect.isabstract(each)
    }
    mine = (each for each in _subclasses(base) if each in found)
    return [each for each in dict.fromkeys(mine) if each.__module__.partition(".")[0] != _SDK]


def _subclasses(base: type[Any]) -> list[type[Any]]:
    """Return the classes below a class: its children first, as rasa_sdk does."""
    children = base.__subclasses__()
    return [*children, *(each for child in children for each in _subclasses(child))]


def _modules(place: Path) -> Iterator[ModuleType]:
    package = _open_package(place)
    yield package
    for info in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{ACTIONS_PACKAGE}."):
        yield _import(info.name)


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
    is_package = place.is_dir()
    loader = SourceFileLoader(ACTIONS_PACKAGE, str(place / "__init__.py" if is_package else place))
    has_code = Path(loader.path).exists()
    spec = ModuleSpec(
        ACTIONS_PACKAGE, loader if has_code else None, origin=loader.path, is_package=is_package
    )
    if is_package:
        spec.submodule_search_locations = [str(place)]
    package = sys.modules[ACTIONS_PACKAGE] = module_from_spec(spec)
    if has_code:
        try:
            loader.exec_module(package)
        except Exception as error:
            del sys.modules[ACTIONS_PACKAGE]
            raise _cannot_import(ACTIONS_PACKAGE, error) from error
    return package


def _place_of(module: ModuleType) -> Path:
    """Return the folder of a package, or the file of a module."""
    origin = module.__spec__.origin if module.__spec__ else None
    paths = list(getattr(module, "__path__", ()))
    return Path(paths[0] if paths else origin or "").resolve()


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # a project's module may raise anything when imported
        raise _cannot_import(name, error) from error


def _cannot_import(name: str, error: Exception) -> ActionError:
    return ActionError(f"{name} cannot be imported: {type(error).__name__}: {error}")


def _make(kind: type[Any]) -> Any:
    try:
        return kind()
    except Exception as error:
        raise ActionError(f"action {kind.__name__} cannot be made: {error}") from error


def _name(action: Any) -> str:
    try:
        return str(action.name())
    except NotImplementedError as error:
        raise ActionError(
            f"action {type(action).__name__} has no name: write the method `name`, or mark one of its "
            "methods as abstract where the class only serves others"
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
            raise _cannot_import(module_name, error) from error
        except Exception as error:
            raise _cannot_import(module_name, error) from error
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
