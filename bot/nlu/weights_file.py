"""A safetensors file as arrays that lie on the disk until they are looked at, and may be put back there.

Source of the format: https://huggingface.co/docs/safetensors, "Format": eight bytes of length, a header in
JSON, then the arrays without gaps.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import weakref
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")
_SINGLE, _BYTES = "F32", 4


class WeightsFile:
    """The matrices and vectors of 32-bit numbers in a file, by name; `arrays` are views of it.

    What is written to them would not reach the file. The file is trusted: its digest has been checked.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        (length,) = _LENGTH.unpack_from(self._memory)
        begin = _LENGTH.size + length
        described = json.loads(self._memory[_LENGTH.size : begin])
        self._offsets = {
            name: begin + entry["data_offsets"][0]
            for name, entry in described.items()
            if entry.get("dtype") == _SINGLE
        }
        self.arrays: Mapping[str, NDArray[np.float32]] = {
            name: self._view(offset, described[name]["shape"]) for name, offset in self._offsets.items()
        }

    def open_rows(self, name: str) -> StoredRows:
        """Return a matrix of which only the rows that are asked for are read."""
        (_, columns) = self.arrays[name].shape
        return StoredRows(self._path, offset=self._offsets[name], columns=columns)

    def put_back(self) -> None:
        """Give the memory of what has been read back to the system; it is read anew where that is needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._memory.madvise(mmap.MADV_DONTNEED)

    def _view(self, offset: int, shape: Sequence[int]) -> NDArray[np.float32]:
        count = int(np.prod(shape))
        return np.frombuffer(self._memory, dtype="<f4", count=count, offset=offset).reshape(shape)


class StoredRows:
    """A matrix (rows, `columns`) that stays on the disk, for a few rows at a time. For any thread.

    A row costs a microsecond where the system has the file in its cache. Looked at through the memory map,
    each row would bring 64 kB of its neighbours along, and soon all of the matrix.
    """

    def __init__(self, path: Path, *, offset: int, columns: int) -> None:
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._offset = offset
        self.columns = columns

    def read(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Return the rows of these numbers: (wanted, columns)."""
        size = self.columns * _BYTES
        content = b"".join(os.pread(self._file, size, self._offset + row * size) for row in rows)
        return np.frombuffer(content, dtype="<f4").reshape(len(rows), self.columns)
