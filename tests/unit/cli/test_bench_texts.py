"""What the benchmark says to the service: a stranger to this repository has no file of texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from tests.bench.road import choose_texts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with nothing beside it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("config.yml", "domain.yml", "nlu_data"):
        (folder / name).symlink_to(ROOT / name)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("wanted", [None, "own"])
@pytest.mark.usefixtures("checkout")
def test_without_a_file_the_brand_says_its_own_examples_and_they_are_named(wanted: str | None) -> None:
    texts = choose_texts(wanted)
    assert "the brand's own examples" in texts.source
    assert len(set(texts.lines)) == len(texts.lines) > 500


def test_a_file_is_one_text_a_line_or_a_csv(checkout: Path) -> None:
    (checkout / "lines.txt").write_text("hello\n\nbye\nhello\n")
    (checkout / "some.csv").write_text('text,label\n"hello, you",1\nbye,2\n')
    assert choose_texts("lines.txt").lines == ["hello", "bye"]
    assert choose_texts("some.csv").lines == ["hello, you", "bye"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.csv", "No such file"),
        ("empty.txt", "there are no texts"),
        ("other.csv", "no column `text`"),
        ("picture.txt", "codec can't decode"),
    ],
)
def test_a_file_without_texts_is_a_sentence_that_names_the_option(
    checkout: Path, name: str, reason: str
) -> None:
    (checkout / "empty.txt").touch()
    (checkout / "other.csv").write_text("words\nhello\n")
    (checkout / "picture.txt").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(SettingsError, match=rf"{reason}.*--texts FILE .*--texts own"):
        choose_texts(name)
