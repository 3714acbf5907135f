"""What cannot be used of a project's actions, and where in its files that lies."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Any

from bot.errors import ActionError

_ACTIONS, _RASA, _OLD_FORM = "actions", "rasa", "FormAction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFailure:
    """Why a module or class of the project's actions cannot be used. `path` is relative to the project.

    `line` counts from 1; None: the whole file. `remedy` says what to do, as a sentence begins.
    """

    path: str
    line: int | None
    text: str
    remedy: str


def explain_import(file: Path, error: BaseException, root: Path) -> ActionFailure:
    """Say why a module cannot be imported, at the line of the project that breaks."""
    path, line = _broken_line(error, root) or (file, None)
    text, remedy = _explain(error, root)
    return ActionFailure(path=path.relative_to(root).as_posix(), line=line, text=text, remedy=remedy)


def _explain(error: BaseException, root: Path) -> tuple[str, str]:
    """Return why an import fails, and what to do."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _explain_missing(error.name, root)
    if isinstance(error, SyntaxError):
        return f"this is not Python 3: {error.msg}", "Mend it"
    if isinstance(error, ImportError):
        return _explain_old(error)
    if isinstance(error, KeyError) and _module_raising(error) == "os":  # by `os.environ[…]`
        return f"the variable {error.args[0]} is not set", "Set it"
    return f"this cannot be imported: {describe(error)}", "Mend it, or give it what it needs"


def _explain_missing(module: str, root: Path) -> tuple[str, str]:
    package = module.partition(".")[0]
    if package == _RASA:
        return f"`{module}` is Rasa itself, which is not here", "Do without it"
    text = f"`{module}` is not installed here"
    beside = root / _ACTIONS / package
    if beside.is_dir() or beside.with_suffix(".py").is_file():
        return text, f"Write `from {_ACTIONS} import {package}` if that is meant"
    return text, "Install what it needs beside Visavis"


def _explain_old(error: ImportError) -> tuple[str, str]:
    """Say what an installed package has not."""
    text = str(error).partition(" (")[0]  # without this machine's folders
    if error.name == "rasa_sdk.forms" and f"'{_OLD_FORM}'" in text:
        remedy = "Make its checks a `FormValidationAction`, and list its slots under `forms` of the domain"
        return f"`{_OLD_FORM}` is gone since Rasa 3", remedy
    return f"this cannot be imported: {text}", "Install the version it needs beside Visavis"


def _module_raising(error: BaseException) -> str | None:
    """Return the name of the module whose code raised an error."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    return frames[-1].f_globals.get("__name__") if frames else None


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
    return ActionFailure(path=path, line=line, text=f"the action {kind.__name__} {text}", remedy="Mend it")


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
