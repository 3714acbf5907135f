"""Stories and rules whose actions have another name in Rasa 3 → the same with the new names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RENAMED_ACTIONS = {"action_deactivate_form": "action_deactivate_loop"}
_ACTION = re.compile(rb"""^([ \t]*-?[ \t]*\{?[ \t]*action[ \t]*:[ \t]*["']?)([\w.-]+)""", re.MULTILINE)


def rename_actions(data: bytes, renamed: Mapping[str, str]) -> bytes:
    """Return a file of stories or rules with the new names of the actions in its steps, and nothing else new.

    `renamed` maps old names to new ones.
    """

    def rename(step: re.Match[bytes]) -> bytes:
        name = step[2].decode()
        return step[1] + renamed.get(name, name).encode()

    return _ACTION.sub(rename, data)
