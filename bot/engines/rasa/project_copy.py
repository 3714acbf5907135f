"""A copy of a project for real Rasa, which edits the project it runs in and knows nothing of our own keys."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import ProjectError
from bot.rasa_format.config_file import OWN_KEYS
from bot.rasa_format.files import data_folder, list_domain_files, list_training_files
from bot.rasa_format.imported import CONFIG_FILE, find_imported

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

ENDPOINTS_FILE = "endpoints.yml"
_OUR_ENDPOINTS = ("tracker_store", "lock_store", "models")
_TRIAGE = "triage.yml"  # nothing in it is for Rasa


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCopy:
    """Names of what was copied, in the folder of the copy."""

    domain: str
    data: str


def copy_project(root: Path, place: Path) -> ProjectCopy:
    """Copy what Rasa trains from. Raises `ProjectError` where there is nothing to copy."""
    domain, data = list_domain_files(root), data_folder(root)
    if not domain or data is None:
        raise ProjectError(root, None, "There is no domain, or no folder of training data.")
    imported = find_imported(root).configs
    for source in (*domain, *list_training_files(root), *sorted(data.rglob("*.json")), *imported):
        if source.name != _TRIAGE:
            target = place / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    (place / CONFIG_FILE).write_text(_split(root / CONFIG_FILE, OWN_KEYS)[0], encoding="utf-8")
    first = domain[0].relative_to(root).parts[0]
    return ProjectCopy(domain=first, data=data.relative_to(root).as_posix())


def read_own_part(root: Path) -> str:
    """Return the part of `config.yml` that is for us alone, as YAML, its variables as written."""
    return _split(root / CONFIG_FILE, OWN_KEYS)[1]


def write_endpoints(root: Path, place: Path, ours: dict[str, Any]) -> None:
    """Write `endpoints.yml`: `ours`, and what the project's own says besides (`nlg`, `event_broker` …).

    Where conversations and models lie is never its business.
    """
    source = root / ENDPOINTS_FILE
    kept = _split(source, (*_OUR_ENDPOINTS, *ours))[0] if source.exists() else ""
    (place / ENDPOINTS_FILE).write_text(f"{kept}\n{_dump(YAML(), ours)}", encoding="utf-8")


def _split(file: Path, keys: Collection[str]) -> tuple[str, str]:
    """Return a file as YAML without the keys, and with them alone. Quotes stay: `"${A}"` is no variable."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**16
    try:
        document = yaml.load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ProjectError(file, None, "This cannot be read. `visavis check` says why.") from error
    body: dict[str, Any] = document if isinstance(document, dict) else {}
    taken = {key: body.pop(key) for key in keys if key in body}
    return _dump(yaml, body), _dump(yaml, taken)


def _dump(yaml: YAML, body: dict[str, Any]) -> str:
    if not body:
        return ""
    written = io.StringIO()
    yaml.dump(body, written)
    return written.getvalue()
