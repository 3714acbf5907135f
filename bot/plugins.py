"""Finding connectors and actions by name: the only dynamic import.

Neither is imported by anything else, so a channel or an action is added by adding its folder.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, Any

from bot.errors import ActionError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
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

    A project without that folder has none. Raises `ActionError` for a module that cannot be
    imported, an action that cannot be made, and two of one name. Takes half a second the first
    time (rasa_sdk brings a web server); call it off the event loop.
    """
    if not (project_root / ACTIONS_PACKAGE).is_dir():
        return {}
    from rasa_sdk import Action  # noqa: PLC0415 - see above

    root = str(project_root.resolve())
    if root not in sys.path:
        sys.path.insert(0, root)
    found: dict[str, Any] = {}
    for kind in _classes(Action):
        action = _make(kind)
        name = action.name()
        if name in found:
            raise ActionError(
                f"two actions are called {name}: {kind.__name__} and {type(found[name]).__name__}"
            )
        found[name] = action
    return found


def _classes(base: type[Any]) -> Iterator[type[Any]]:
    """Yield the action classes that the project's modules define, in their order."""
    for module in _modules():
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, base) and each.__module__ == module.__name__:
                yield each


def _modules() -> Iterator[ModuleType]:
    package = _import(ACTIONS_PACKAGE)
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{ACTIONS_PACKAGE}."):
        yield _import(info.name)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # a project's module may raise anything when imported
        raise ActionError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _make(kind: type[Any]) -> Any:
    try:
        return kind()
    except Exception as error:
        raise ActionError(f"action {kind.__name__} cannot be made: {error}") from error
