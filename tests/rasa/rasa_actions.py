"""A project's actions where real Rasa runs (`real_rasa.py`): imported by the Python of its environment."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from tests.rasa.observation import plain, written

if TYPE_CHECKING:
    from pathlib import Path


class ProjectActions:
    """Stands where Rasa's action server would: same requests, same answers, no network."""

    url = "in process"
    kwargs: ClassVar[dict[str, Any]] = {}

    def __init__(self, project: Path) -> None:
        from rasa_sdk.executor import ActionExecutor

        self._executor = ActionExecutor()
        for kind in _action_classes(project):
            self._executor.register_action(kind())

    async def request(self, *, json: dict[str, Any], **_: Any) -> Any:
        from rasa.utils.endpoints import ClientResponseError
        from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

        try:
            return plain(await self._executor.run(plain(json)))
        except ActionExecutionRejection as refusal:
            body = written({"error": str(refusal), "action_name": refusal.action_name})
            raise ClientResponseError(400, "refused", body) from refusal
        except ActionNotFoundException as missing:
            body = written({"error": str(missing), "action_name": missing.action_name})
            raise ClientResponseError(404, "unknown", body) from missing


def _action_classes(project: Path) -> list[Any]:
    from rasa_sdk import Action

    if not (project / "actions").is_dir():
        return []
    for name in [name for name in sys.modules if name.partition(".")[0] == "actions"]:
        del sys.modules[name]
    sys.path.insert(0, str(project))
    try:
        importlib.invalidate_caches()
        package = importlib.import_module("actions")  # noqa: TID251 - a project's, as Rasa does
        modules = [package]
        modules += [
            importlib.import_module(info.name)  # noqa: TID251 - the same
            for info in pkgutil.walk_packages(package.__path__, "actions.")
        ]
    finally:
        sys.path.remove(str(project))
    return [
        each
        for module in modules
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Action) and each.__module__ == module.__name__
    ]
