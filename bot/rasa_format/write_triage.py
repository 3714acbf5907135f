"""Adds posts to a project's `triage:`, and takes them out, without disturbing anything else in the file.

As `write_examples`: whatever was edited is parsed before it is written.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.errors import BadPayload, Conflict, ProjectError
from bot.rasa_format.files import data_folder, list_training_files, relative_path
from bot.rasa_format.text_edit import folder_lock
from bot.rasa_format.training_file import facts_of, post_fact, read_training_file, replace_with_first
from bot.rasa_format.triage_data import KEY, fold_post, labels_of
from bot.rasa_format.triage_edits import additions, removals
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.triage_example import TriageExample

FILE = "triage.yml"


def find_triage_file(project_root: Path) -> Path:
    """Return the file of a project that holds posts for triage, or where one should begin.

    Raises `ProjectError` when a training file cannot be read.
    """
    folder = data_folder(project_root) or project_root / "nlu_data"
    usual = folder / FILE
    if usual.exists():
        return usual
    for file in list_training_files(project_root):
        if KEY in read_yaml_file(file, path=relative_path(project_root, file)).entries:
            return file
    return usual


def add_post(path: Path, post: TriageExample) -> bool:
    """Append a post to a group with its labels, or to a new group at the end of the list.

    The post's text is what `clean_example` leaves of one. Returns False, and writes nothing, when it
    stands in the file already. Raises `Conflict` when it does so with other labels, `ProjectError` when
    the file has a mistake or is written in a way that cannot be edited; it is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(path.parent):
        file = read_training_file(path)
        if any(is_known(post, known, path.name) for known in file.content.triage):
            return False
        wanted = facts_of(file.content) + Counter([post_fact(post)])
        if replace_with_first(file, additions(file.data, file.root, post), wanted):
            return True
    text = f"This file cannot be edited safely. Add by hand under `{KEY}`: - {post.text}"
    raise ProjectError(path, None, text)


def is_known(post: TriageExample, known: TriageExample, file: str) -> bool:
    """Tell whether `known`, which stands in `file`, says what a post says.

    Raises `Conflict` when it says something else of the same text.
    """
    if fold_post(known.text) != fold_post(post.text):
        return False
    if labels_of(known) == labels_of(post):
        return True
    line = known.source.line if known.source else 1
    raise Conflict(f"This text is labelled otherwise already ({file}, line {line}). Change it there.")


def remove_post(path: Path, text: str) -> None:
    """Take out the last post with this text; its group too when nothing else is in it.

    Raises `BadPayload` when there is none, `ProjectError` as `add_post` does.
    """
    with folder_lock(path.parent):
        file = read_training_file(path)
        found = [post for post in file.content.triage if post.text == text]
        if not found:
            raise BadPayload(f'"{text}" is no post in this file.')
        wanted = facts_of(file.content) - Counter([post_fact(found[-1])])
        if replace_with_first(file, removals(file.data, file.root, found[-1]), wanted):
            return
    raise ProjectError(
        path, None, f"This file cannot be edited safely. Delete by hand under `{KEY}`: - {text}"
    )
