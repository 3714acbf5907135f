"""YAML that is read to be written again, comments and all."""

from __future__ import annotations

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import ProjectError

_INDENTED_LIST = re.compile(r"^\w+:[^\S\n]*\n {2,}- ", re.MULTILINE)  # right under a key of the file


def load_yaml(text: str, path: str) -> dict[str, object]:
    """Return a file's keys with its comments; nothing for a file that holds none. Raises `ProjectError`."""
    try:
        found = _round_trip().load(text)
    except YAMLError as error:
        raise ProjectError(path, None, f"This is not YAML: {' '.join(str(error).split())[:200]}") from error
    return found if isinstance(found, dict) else {}


def _round_trip() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    return yaml


def dump_yaml(content: dict[str, object], *, like: str) -> bytes:
    """Write a file back, comments and all, its lists as far to the right as they were."""
    yaml = _round_trip()
    yaml.width = 4096
    if _INDENTED_LIST.search(like):
        yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump(content, stream)
    return stream.getvalue()
