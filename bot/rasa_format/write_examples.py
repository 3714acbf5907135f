"""Adds examples to training files, and takes them out, without disturbing anything else in them.

The file is edited as text, guided by where its parts stand. The result is parsed before it is
written: unless it says exactly one example more (or less) than before, the file is left alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.domain.example import Example
from bot.errors import BadPayload, ProjectError
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.example_edits import additions, removals
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import data_folder, list_training_files, relative_path
from bot.rasa_format.nlu_data import read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.text_edit import folder_lock
from bot.rasa_format.training_file import example_fact, facts_of, read_training_file, replace_with_first
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from pathlib import Path

NEW_FILE = "taught.yml"


def find_file_for_intent(project_root: Path, intent: str) -> Path:
    """Return the training file with most examples of an intent, or where a new one should begin.

    Raises `ProjectError` when a training file cannot be read.
    """
    counts: Counter[Path] = Counter()
    for file in list_training_files(project_root):
        document = read_yaml_file(file, path=relative_path(project_root, file))
        examples = read_nlu([document], Reader(Problems())).examples
        counts[file] = sum(example.intent == intent for example in examples)
    if counts and counts.most_common(1)[0][1]:
        return counts.most_common(1)[0][0]
    folder = data_folder(project_root) or project_root / "nlu_data"
    return (folder / "nlu" if (folder / "nlu").is_dir() else folder) / NEW_FILE


def add_example(path: Path, intent: str, text: str) -> None:
    """Append an example to an intent's block, or to a new block at the end of the file.

    Raises `BadPayload` when nothing of the text can be an example, `ProjectError` when the file has
    a mistake or is written in a way that cannot be edited; it is then as it was.
    """
    clean = clean_example(text)
    if not clean:
        raise BadPayload("Nothing is left of this text that could be an example.")
    if not intent.strip() or clean_example(intent) != intent:
        raise BadPayload(f"`{intent}` cannot be the name of an intent.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(path.parent):
        file = read_training_file(path)
        wanted = facts_of(file.content) + Counter([example_fact(Example(text=clean, intent=intent))])
        if replace_with_first(file, additions(file.data, file.root, intent, clean), wanted):
            return
    raise ProjectError(
        path, None, f"This file cannot be edited safely. Add by hand under `{intent}`: - {clean}"
    )


def remove_example(path: Path, intent: str, text: str) -> None:
    """Take out the last example of an intent with this text; its block too when nothing else is in it.

    Raises `BadPayload` when there is none, `ProjectError` as `add_example` does.
    """
    clean = clean_example(text)
    with folder_lock(path.parent):
        file = read_training_file(path)
        found = [
            example for example in file.content.examples if (example.intent, example.text) == (intent, clean)
        ]
        if not found:
            raise BadPayload(f'"{clean}" is no example of `{intent}` in this file.')
        wanted = facts_of(file.content) - Counter([example_fact(found[-1])])
        if replace_with_first(file, removals(file.data, file.root, found[-1]), wanted):
            return
    raise ProjectError(
        path, None, f"This file cannot be edited safely. Delete by hand under `{intent}`: - {clean}"
    )
