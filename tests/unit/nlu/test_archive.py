from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelDamaged, ModelError, ModelMissing
from bot.nlu.archive import METADATA, _sign, pack_archive, read_archive, write_archive

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject

FILES = {
    "nlu/nlu.json": b"{}",
    "nlu/weights.npz": bytes(range(256)) * 4,
    "project/domain.yml": b"intents: []\n",
}
METADATA_IN: JsonObject = {"created_at": "2025-01-01T00:00:00Z", "metrics": {"accuracy": 0.9}}
PACKED = pack_archive(files=FILES, metadata=METADATA_IN)


def test_archive_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "models" / "model.tar.gz"
    digest = write_archive(path, files=FILES, metadata=METADATA_IN)
    archive = read_archive(path)
    assert (archive.files, archive.digest) == (FILES, digest)
    assert archive.metadata["metrics"] == {"accuracy": 0.9}
    assert archive.get_folder("nlu") == {"nlu.json": b"{}", "weights.npz": FILES["nlu/weights.npz"]}
    assert [entry.name for entry in path.parent.iterdir()] == ["model.tar.gz"]


def test_archive_of_equal_content_has_equal_bytes_in_any_order_of_files() -> None:
    assert pack_archive(files=dict(reversed(FILES.items())), metadata=METADATA_IN) == PACKED


def test_archive_can_be_listed_with_tar() -> None:
    with tarfile.open(fileobj=io.BytesIO(PACKED)) as tar:
        assert tar.getnames() == [METADATA, *sorted(FILES)]


@given(position=st.integers(0, len(PACKED) - 1), flip=st.integers(1, 255))
def test_archive_with_any_byte_changed_is_damaged(position: int, flip: int) -> None:
    changed = bytearray(PACKED)
    changed[position] ^= flip
    with pytest.raises(ModelDamaged):
        read_archive(bytes(changed))


@given(length=st.integers(0, len(PACKED) - 1))
def test_archive_cut_short_anywhere_is_damaged(length: int) -> None:
    with pytest.raises(ModelDamaged):
        read_archive(PACKED[:length])


@given(content=st.binary(max_size=200))
def test_archive_of_foreign_bytes_is_damaged(content: bytes) -> None:
    with pytest.raises(ModelDamaged):
        read_archive(content)
    with pytest.raises(ModelDamaged):
        read_archive(PACKED + b"x" + content)


def test_archive_that_is_not_there_says_to_train(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="visavis train"):
        read_archive(tmp_path / "none.tar.gz")


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/../../b", "a//b", ".", "", "a\\b", METADATA])
def test_archive_refuses_to_write_a_file_outside_itself(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        pack_archive(files={name: b""}, metadata={})


def _tamper(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Pack by hand, well signed, what `pack_archive` would not."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    body = gzip.compress(packed.getvalue(), mtime=0)[10:]
    return _sign(body) + body


def _describe(**changes: object) -> bytes:
    metadata = {"format": "visavis-model", "format_version": 1, "files": {}, **changes}
    return json.dumps(metadata).encode()


def test_archive_with_a_path_that_climbs_is_damaged() -> None:
    with pytest.raises(ModelDamaged):
        read_archive(_tamper([(tarfile.TarInfo(METADATA), _describe()), (tarfile.TarInfo("../x"), b"")]))


def test_archive_of_the_same_file_twice_is_damaged() -> None:
    twice = [(tarfile.TarInfo("a"), b"x"), (tarfile.TarInfo("a"), b"y")]
    with pytest.raises(ModelDamaged):
        read_archive(_tamper([(tarfile.TarInfo(METADATA), _describe()), *twice]))


def test_archive_that_unpacks_to_too_much_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.nlu.archive.MAX_UNPACKED", 1000)
    with pytest.raises(ModelDamaged):
        read_archive(pack_archive(files={"zeros": bytes(2000)}, metadata={}))


def test_archive_with_a_link_is_damaged() -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(ModelDamaged):
        read_archive(_tamper([(tarfile.TarInfo(METADATA), _describe()), (link, b"")]))


def test_archive_with_a_file_its_metadata_does_not_name_is_damaged() -> None:
    with pytest.raises(ModelDamaged, match="digest"):
        read_archive(_tamper([(tarfile.TarInfo(METADATA), _describe()), (tarfile.TarInfo("extra"), b"x")]))


def test_archive_of_another_program_is_damaged() -> None:
    with pytest.raises(ModelDamaged, match="no archive of Visavis"):
        read_archive(_tamper([(tarfile.TarInfo(METADATA), b'{"domain": {}, "trained_at": 1}')]))


def test_archive_of_a_newer_version_says_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"this version .`visavis train --release`") as raised:
        read_archive(_tamper([(tarfile.TarInfo(METADATA), _describe(format_version=99))]))
    assert not isinstance(raised.value, ModelDamaged)
