"""An account more in `config.yml`, and every other byte as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError
from bot.rasa_format.write_channels import add_account

OPTIONS = {"token": "${TELEGRAM_SHOP_TOKEN}", "from": "+4930123456"}
SHOP = """      shop:
        token: "${TELEGRAM_SHOP_TOKEN}"
        from: "+4930123456"
"""
BEGUN = """language: en  # ours

# where people write
channels:
  rest:
    accounts:
      open: {open: true}
  telegram:
    accounts:
      lyra:
        token: "${TELEGRAM_TOKEN}"

desk: {}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yml"
    path.write_bytes(text.encode())
    return path


def test_account_joins_those_of_its_channel(tmp_path: Path) -> None:
    path = write(tmp_path, BEGUN)
    add_account(path, "telegram", "shop", OPTIONS)
    wanted = BEGUN.replace('_TOKEN}"\n\n', f'_TOKEN}}"\n{SHOP}\n')
    assert path.read_text() == wanted


def test_channel_joins_the_channels(tmp_path: Path) -> None:
    path = write(tmp_path, BEGUN)
    add_account(path, "sms", "shop", OPTIONS)
    assert path.read_text() == BEGUN.replace('_TOKEN}"\n\n', f'_TOKEN}}"\n  sms:\n    accounts:\n{SHOP}\n')


@pytest.mark.parametrize("text", ["", "language: en\n", "language: en"])
def test_file_without_channels_gets_them_at_its_end(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    add_account(path, "telegram", "shop", OPTIONS)
    begun = text.rstrip("\n") + "\n" if text else ""
    assert path.read_text() == f"{begun}channels:\n  telegram:\n    accounts:\n{SHOP}"


def test_line_endings_stay(tmp_path: Path) -> None:
    path = write(tmp_path, BEGUN.replace("\n", "\r\n"))
    add_account(path, "telegram", "shop", OPTIONS)
    assert b"\r\n      shop:\r\n" in path.read_bytes()
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")


def test_value_with_signs_of_yaml_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, BEGUN)
    add_account(path, "sms", "shop", {"from": 'a: "b" #c \\ é'})
    assert 'from: "a: \\"b\\" #c \\\\ é"' in path.read_text()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (BEGUN, "already"),
        ("channels: {rest: {accounts: {open: {open: true}}}}\n", "by hand"),
        ("channels:\n    rest:\n        accounts:\n            open: {open: true}\n", "by hand"),
        ("channels: [\n", "config.yml"),
    ],
)
def test_what_cannot_be_edited_is_left_alone(tmp_path: Path, text: str, word: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ProjectError, match=word):
        add_account(path, "telegram", "lyra", OPTIONS)
    assert path.read_text() == text


def test_account_of_a_channel_written_in_short_is_not_swallowed(tmp_path: Path) -> None:
    text = "channels:\n  telegram:\n    token: x\n"
    path = write(tmp_path, text)
    with pytest.raises(ProjectError, match="by hand"):
        add_account(path, "telegram", "shop", OPTIONS)
    assert path.read_text() == text
