from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ProjectError
from bot.rasa_format.text_edit import Lines, replace_file

files = st.lists(
    st.tuples(st.binary(max_size=4).map(bytes.strip), st.sampled_from([b"\n", b"\r\n"])), min_size=1
)


@given(parts=files, data=st.data(), chop=st.booleans())
def test_deleting_what_was_inserted_restores_the_file(
    parts: list[tuple[bytes, bytes]], data: st.DataObject, *, chop: bool
) -> None:
    before = b"".join(content.translate(None, b"\r\n") + ending for content, ending in parts)
    before = before.rstrip(b"\r\n") if chop else before
    number = data.draw(st.integers(0, len(Lines(before))))

    after = Lines(before).insert_after(number, [b"one", b"two"])

    assert after.splitlines()[number : number + 2] == [b"one", b"two"]
    assert Lines(after).delete(number + 1, number + 2) == before


def test_file_that_cannot_be_written_is_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "folder.yml"
    folder.mkdir()

    with pytest.raises(ProjectError, match="Not saved"):
        replace_file(folder, b"x")
    with pytest.raises(ProjectError, match="Not saved"):
        replace_file(tmp_path / "missing" / "file.yml", b"x")

    assert list(tmp_path.iterdir()) == [folder]
