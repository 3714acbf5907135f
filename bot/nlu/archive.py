"""A model as one file: a gzipped tar with `metadata.json` first, which holds the digest of every other file.

The gzip header's comment holds the sha256 of all that follows it, so any changed byte shows before anything
is unpacked. Equal content gives equal bytes (on the same zlib): fixed owners, times and order.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bot.errors import ModelDamaged, ModelError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.domain.json import JsonObject

FORMAT = "visavis-model"
FORMAT_VERSION = 1
METADATA = "metadata.json"
DIALOGUE_FOLDER = "dialogue"
"""Where a project's dialogue lies; `bot.nlu.model.NLU_FOLDER` is the other part."""
MAX_PACKED = 256 * 2**20
MAX_UNPACKED = 512 * 2**20
MAX_FILES = 10_000
_COMPRESSION = 6
_PLAIN_HEADER_BYTES = 10
_HEADER = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
"""Method deflate, a comment follows, no time, no system: the only header that `pack_archive` writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A checked archive. `digest` is the sha256 (hex) of its bytes; `files` are without the metadata."""

    digest: str
    metadata: JsonObject
    files: Mapping[str, bytes]

    def get_folder(self, name: str) -> dict[str, bytes]:
        """Return the files below a folder, named from there on."""
        prefix = f"{name}/"
        return {
            path.removeprefix(prefix): content
            for path, content in self.files.items()
            if path.startswith(prefix)
        }


def write_archive(path: Path, *, files: Mapping[str, bytes], metadata: JsonObject) -> str:
    """Write an archive in one step and return its digest; a crash leaves the old file or none."""
    content = pack_archive(files=files, metadata=metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def pack_archive(*, files: Mapping[str, bytes], metadata: JsonObject) -> bytes:
    """Return the archive's bytes. `format`, `format_version` and `files` of the metadata are set here.

    Raises `ValueError` for a file name that is absolute, climbs, or is the metadata's own.
    """
    for name in files:
        if not _is_plain(name) or name == METADATA:
            raise ValueError(f"{name!r} cannot be the name of a file in an archive")
    described = {
        **metadata,
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }
    text = json.dumps(described, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, METADATA, text.encode())
        for name in sorted(files):
            _add(tar, name, files[name])
    body = gzip.compress(packed.getvalue(), _COMPRESSION, mtime=0)[_PLAIN_HEADER_BYTES:]
    return _sign(body) + body


def read_archive(source: Path | bytes) -> Archive:
    """Read and check an archive.

    Raises `ModelMissing` when there is no such file, `ModelDamaged` when anything does not add up,
    `ModelError` when it is too large or a newer version wrote it.
    """
    content = source if isinstance(source, bytes) else _read_file(source)
    if len(content) > MAX_PACKED:
        raise ModelError(f"the model archive is larger than {MAX_PACKED >> 20} MiB, which is none of ours")
    if not content.startswith(_HEADER):
        raise ModelDamaged(
            "this is no model of Visavis (those of Rasa are not read): make one with `visavis train`"
        )
    try:
        members = dict(_read_members(_decompress(content)))
        metadata = json.loads(members.pop(METADATA))
        _check_version(metadata)
        expected = metadata["files"]
    except (tarfile.TarError, zlib.error, KeyError, ValueError, TypeError, EOFError, RecursionError) as error:
        raise _damaged("it is cut short, changed, or no archive of Visavis") from error
    if expected != {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}:
        raise _damaged("a file in it does not have the digest that its metadata names")
    return Archive(digest=hashlib.sha256(content).hexdigest(), metadata=metadata, files=members)


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PACKED:
            raise ModelError(f"{path} is larger than {MAX_PACKED >> 20} MiB, which no model archive is")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"there is no model at {path}: run `visavis train`") from error
    except OSError as error:
        raise ModelError(f"the model at {path} cannot be read: {error.strerror}") from error


def _sign(body: bytes) -> bytes:
    """Return the gzip header for a body."""
    return _HEADER + f"visavis sha256:{hashlib.sha256(body).hexdigest()}".encode() + b"\0"


def _decompress(content: bytes) -> bytes:
    """Undo gzip, up to `MAX_UNPACKED` bytes. Raises `ValueError` for anything but a whole stream of ours."""
    header = content[: len(_sign(b""))]
    if header != _sign(content[len(header) :]):
        raise ValueError("not signed for what it holds")
    stream = zlib.decompressobj(wbits=31)
    unpacked = stream.decompress(content, MAX_UNPACKED)
    if not stream.eof or stream.unused_data:
        raise ValueError("cut short, too large, or followed by something else")
    return unpacked


def _read_members(unpacked: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as tar:
        names: set[str] = set()
        for member in tar:
            if not member.isfile() or not _is_plain(member.name) or member.name in names:
                raise ValueError("a member that is no plain file, or there twice")
            names.add(member.name)
            if len(names) > MAX_FILES:
                raise ValueError("too many files")
            file = tar.extractfile(member)
            content = file.read() if file else b""
            if len(content) != member.size:
                raise ValueError("cut short")
            yield member.name, content


def _check_version(metadata: Mapping[str, Any]) -> None:
    if metadata["format"] != FORMAT:
        raise ValueError("another program's archive")
    if metadata["format_version"] != FORMAT_VERSION:
        raise ModelError(
            f"the model archive has format {metadata['format_version']}, this version of Visavis reads "
            f"{FORMAT_VERSION}: train again with this version (`visavis train --release`), "
            "or run the version that wrote it",
        )


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    parts_are_plain = all(part not in {"", ".", ".."} for part in name.split("/"))
    return parts_are_plain and not path.is_absolute() and "\\" not in name and "\0" not in name


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(content))


def _damaged(what: str) -> ModelDamaged:
    return ModelDamaged(
        f"the model archive is damaged ({what}): train again with `visavis train --release`, or copy it again"
    )
