"""`config.yml` of a Rasa project → the same file, with what cannot run commented out and our keys below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.rasa_format.components import (
    COMPONENTS,
    DEFAULT_POLICIES,
    GONE,
    POLICIES,
    RENAMED,
    SAME_PARAMETERS,
    Substitute,
    is_own_class,
    replace_own_class,
)
from bot.rasa_format.config_file import RECIPE
from bot.rasa_format.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.rasa_format.migrate.finding import Findings
    from bot.rasa_format.nodes import Node

_KINDS: Mapping[str, Mapping[str, Substitute | None]] = {"pipeline": COMPONENTS, "policies": POLICIES}
_RULES = "RulePolicy"


class ConfigMigration:
    """Works on the lines of the file, so that all else of it stays as it is."""

    def __init__(self, text: str, config: MapNode, path: str, findings: Findings) -> None:
        """Hold the file's text, and the same as nodes."""
        self._lines = text.splitlines()
        self._config = config
        self._path = path
        self._findings = findings
        self._insertions: dict[int, list[str]] = {}  # behind which line, counted from 1

    def run(self, *, needs_rules: bool, assistant_id: str, channels: Sequence[str]) -> str:
        """Return the new file.

        `needs_rules`: there are rules or forms. `assistant_id` is for a file without one. `channels` are the
        lines under `channels:`.
        """
        names = {kind: self._check_list(kind) for kind in _KINDS}
        self._check_rest()
        if not names["policies"]:
            self._findings.replaced(self._path, DEFAULT_POLICIES)
        elif needs_rules and _RULES not in names["policies"]:
            self._add_rule_policy(self._config.get("policies"))
        return "\n".join((*self._edited(), *self._own_keys(assistant_id, channels), ""))

    def _check_list(self, kind: str) -> list[str]:
        """Say what becomes of each entry; return the names of those that stay."""
        node = self._config.get(kind)
        if isinstance(node, ScalarNode):
            self._leave_out(
                node, f"`{kind}: {node.value}` is a template of Rasa 1; the default is used instead."
            )
        return [name for item in _items(node) if (name := self._check_item(kind, item)) is not None]

    def _check_item(self, kind: str, item: Node) -> str | None:
        if not isinstance(item, MapNode) or not isinstance(item.get("name"), ScalarNode):
            self._leave_out(item, f"This entry of `{kind}` has no `name:`.")
            return None
        written = str(item.plain["name"])
        name = written.rpartition(".")[2] if written.startswith("rasa.") else written
        line = item.source.line
        new = RENAMED.get(name)
        if new and not getattr(item, "flow", False) and not self._has(kind, new):
            return self._rename(item, name, new)
        if name not in _KINDS[kind]:
            self._leave_out(item, _why_unknown(name, kind))
            return None
        substitute = _KINDS[kind][name]
        if substitute is None:
            self._findings.runs(self._path, f"{name}, with its parameters.", line)
        else:
            self._findings.replaced(self._path, f"{name}. {substitute.text}", line)
        return name

    def _has(self, kind: str, name: str) -> bool:
        """Tell whether a list names something."""
        items = (item for item in _items(self._config.get(kind)) if isinstance(item, MapNode))
        return any(item.plain.get("name") == name for item in items)

    def _rename(self, item: MapNode, name: str, new: str) -> str:
        """Write the name that Rasa 3 has for it; parameters that mean nothing there are commented out."""
        line = item.entries["name"].source.line
        self._lines[line - 1] = self._lines[line - 1].replace(name, new, 1)
        self._findings.replaced(self._path, f"{name} is {new} since Rasa 3.", line)
        last = line if name in SAME_PARAMETERS else item.last_line
        for number in range(item.source.line, last + 1):
            if number != line:
                self._lines[number - 1] = f"# {self._lines[number - 1]}"
        return new

    def _check_rest(self) -> None:
        recipe = self._config.get("recipe")
        if isinstance(recipe, ScalarNode) and recipe.value != RECIPE:
            text = f"The recipe `{recipe.value}` runs in Rasa only, and is commented out."
            self._leave_out(recipe, text)

    def _leave_out(self, node: Node, text: str) -> None:
        """Comment out the lines of a node, and say why."""
        first, last = node.source.line, max(node.last_line, node.source.line)
        if getattr(node, "flow", False):  # on a line with others, which must stay
            self._findings.person(self._path, text.replace("is commented out", "must be taken out"), first)
            return
        for number in range(first, last + 1):
            self._lines[number - 1] = f"# {self._lines[number - 1]}"
        self._findings.person(self._path, text, first)

    def _add_rule_policy(self, policies: Node | None) -> None:
        items = _items(policies)
        if not items or (isinstance(policies, ListNode) and policies.flow):
            self._findings.person(self._path, f"Rules and forms need `- name: {_RULES}` under `policies`.")
            return
        last = items[-1]
        indent = " " * max(last.column - 2, 0)
        self._insertions[max(last.last_line, last.source.line)] = [f"{indent}- name: {_RULES}"]
        text = f"{_RULES} is added: it runs rules and forms."
        self._findings.replaced(self._path, text, last.source.line)

    def _edited(self) -> list[str]:
        edited: list[str] = []
        for number, line in enumerate(self._lines, 1):
            edited += (line, *self._insertions.get(number, ()))
        return edited

    def _own_keys(self, assistant_id: str, channels: Sequence[str]) -> list[str]:
        own = ["", "# What only Visavis reads. Accounts whose variables are not set are off."]
        if self._config.get("assistant_id") is None:
            own.append(f"assistant_id: {assistant_id}")
        if self._config.get("recipe") is None:
            own.append(f"recipe: {RECIPE}")
        if self._config.get("language") is None:
            own.append("language: en")
        if "engine" not in self._config.entries:
            own.append("engine: native")
        if "channels" not in self._config.entries:
            own += ("channels:", *(f"  {line}" for line in channels))
        return own


def make_assistant_id(name: str) -> str:
    """Return an id made of a folder's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "bot"


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _why_unknown(name: str, kind: str) -> str:
    if name in GONE:
        return f"{name} is gone since Rasa 3 and is commented out: {GONE[name]}."
    if is_own_class(name):
        substitute = replace_own_class(name, kind)
        return f"`{name}` is code of its own for Rasa and is commented out. {substitute.text}"
    return f"`{name}` is not known in Rasa 3.6, and is commented out."
