"""What cannot be used of a project's actions, and where in its files that lies."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Any

from bot.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailure:
    """Why a module or class of the project's actions cannot be used. `path` is relative to the project.

    `line` counts from 1; None: the whole file.
    """

    path: str
    line: int | None
    text: str


def explain_import(file: Path, error: BaseException, root: Path) -> ActionFailure:
    """Say why a module cannot be imported, at the line of the project that breaks."""
    path, line = _broken_line(error, root) or (file, None)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    text = f"`{missing}` is not installed here" if missing else f"this cannot be imported: {describe(error)}"
    return ActionFailure(path=path.relative_to(root).as_posix(), line=line, text=text)


def _broken_line(error: BaseException, root: Path) -> tuple[Path, int | None] | None:
    """Return the file of the project that is no Python, or ran last when the error came, and its line."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(root):
        return Path(error.filename), error.lineno
    frames = [
        (Path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).is_relative_to(root)
    ]
    return frames[-1] if frames else None


def explain_class(kind: type[Any], error: Exception, root: Path) -> ActionFailure:
    """Say why no instance of a class can be made."""
    path, line = _class_place(kind, root)
    text = str(error) if isinstance(error, ActionError) else f"cannot be made: {describe(error)}"
    return ActionFailure(path=path, line=line, text=f"the action {kind.__name__} {text}")


def _class_place(kind: type[Any], root: Path) -> tuple[str, int | None]:
    """Return the file of a class and its line, as far as Python knows them: a call may have made it."""
    try:
        file = Path(inspect.getfile(kind))
    except (OSError, TypeError):
        return kind.__module__, None
    path = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    try:
        return path, inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        return path, None


def describe(error: BaseException) -> str:
    """Return the kind of an error and what it says."""
    return f"{type(error).__name__}: {error}"
