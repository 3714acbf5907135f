"""Finding connectors and actions by name: the only dynamic import.

Neither is imported by anything else, so a channel or an action is added by adding its folder.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import ActionError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from bot.connector import Connector

_CHANNEL = re.compile(r"[a-z][a-z0-9_]*")
ACTIONS_PACKAGE = "actions"


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
    """Return an instance of each `rasa_sdk` action in the project's `actions/`, by action name.

    A project without that folder has none; with or without an `__init__.py` it is this folder and
    no other package of that name. Raises `ActionError` for a module that cannot be
    imported, an action that cannot be made, and two of one name. Takes half a second the first
    time (rasa_sdk brings a web server); call it off the event loop.
    """
    folder = project_root.resolve() / ACTIONS_PACKAGE
    if not folder.is_dir():
        return {}
    from rasa_sdk import Action  # noqa: PLC0415 - see above

    if str(folder.parent) not in sys.path:  # actions may import what lies beside them
        sys.path.insert(0, str(folder.parent))
    found: dict[str, Any] = {}
    for kind in _classes(Action, folder):
        action = _make(kind)
        name = action.name()
        if name in found:
            raise ActionError(
                f"two actions are called {name}: {kind.__name__} and {type(found[name]).__name__}"
            )
        found[name] = action
    return found


def _classes(base: type[Any], folder: Path) -> Iterator[type[Any]]:
    """Yield the action classes that the project's modules define, in their order."""
    for module in _modules(folder):
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, base) and each.__module__ == module.__name__:
                yield each


def _modules(folder: Path) -> Iterator[ModuleType]:
    package = _open_package(folder)
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{ACTIONS_PACKAGE}."):
        yield _import(info.name)


def _open_package(folder: Path) -> ModuleType:
    """Import the package in `folder` under the name `actions`, whatever else is called so.

    Left to itself, Python takes what another project imported before, and prefers any installed
    package of that name (the demo brand's) to a folder without an `__init__.py`.
    """
    known = sys.modules.get(ACTIONS_PACKAGE)
    if known is not None and [Path(path).resolve() for path in known.__path__] == [folder]:
        return known
    for name in [name for name in sys.modules if name.partition(".")[0] == ACTIONS_PACKAGE]:
        del sys.modules[name]
    loader = SourceFileLoader(ACTIONS_PACKAGE, str(folder / "__init__.py"))
    has_code = Path(loader.path).exists()
    spec = ModuleSpec(ACTIONS_PACKAGE, loader if has_code else None, origin=loader.path, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    package = sys.modules[ACTIONS_PACKAGE] = module_from_spec(spec)
    if has_code:
        try:
            loader.exec_module(package)
        except Exception as error:
            del sys.modules[ACTIONS_PACKAGE]
            raise _cannot_import(ACTIONS_PACKAGE, error) from error
    return package


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
