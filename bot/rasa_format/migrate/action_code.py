"""Python actions → what a person must look at, found by reading the code, not by running it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.rasa_format.migrate.finding import Findings

_OLD_FORM = "FormAction"
_RENAMED_METHODS = {"form_slots_to_validate": "slots_to_validate"}


def check_code(code: str, path: str, findings: Findings) -> None:
    """Note what Rasa 3's `rasa_sdk` has not any more, and what imports Rasa itself."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        findings.person(path, f"This is not Python 3: {error}.", getattr(error, "lineno", None))
        return
    for line, module, name in _imports(tree):
        if name == _OLD_FORM:
            text = (
                "`FormAction` is gone since Rasa 3: list the slots under `forms` of the domain, and make the "
                "checks a `FormValidationAction`."
            )
            findings.person(path, text, line)
        elif module.partition(".")[0] == "rasa":
            text = f"`{module}` is Rasa, which is not here. Do without it, or run this on an action server."
            findings.person(path, text, line)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _RENAMED_METHODS:
            text = f"`{node.attr}` is called `{_RENAMED_METHODS[node.attr]}` since Rasa 3: write that."
            findings.person(path, text, node.lineno)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
