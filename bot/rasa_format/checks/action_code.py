"""What the text of the Python actions names: enough to know which responses they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_RESPONSE = re.compile(r"utter_[\w/]*(?P<more>\{)?")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCode:
    """`words` are all identifiers; `prefixes` begin names put together in f-strings."""

    words: frozenset[str]
    responses: frozenset[str]
    prefixes: tuple[str, ...]

    def says(self, response: str) -> bool:
        """Tell whether the code names a response, or can put its name together."""
        return response in self.responses or response.startswith(self.prefixes)


def read_action_code(root: Path) -> ActionCode:
    """Read `actions/`, or `actions.py`; a project without either has no actions of its own."""
    files = sorted((root / "actions").rglob("*.py")) or [
        file for file in [root / "actions.py"] if file.is_file()
    ]
    code = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
    found = list(_RESPONSE.finditer(code))
    return ActionCode(
        words=frozenset(_WORD.findall(code)),
        responses=frozenset(match[0] for match in found if not match["more"]),
        prefixes=tuple({match[0][:-1] for match in found if match["more"]}),
    )
