"""Arrays that lie on the disk until they are looked at, and may be put back there.

They are those of a safetensors file, or of one of ours that has no name.

Source of the format: https://huggingface.co/docs/safetensors, "Format": eight bytes of length, a header in
JSON, then the arrays without gaps.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
import weakref
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
        _put_back(self._memory)

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


def keep_on_disk(arrays: Mapping[str, NDArray[np.float32]]) -> Mapping[str, NDArray[np.float32]]:
    """Return the same arrays, in a file without a name that is gone when they are.

    Where no file can be written they stay in memory.
    """
    places = list(accumulate((array.nbytes for array in arrays.values()), initial=0))
    try:
        with tempfile.TemporaryFile() as file:
            for array in arrays.values():
                file.write(np.ascontiguousarray(array, dtype="<f4").tobytes())
            file.flush()
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except OSError:
        return arrays
    return {
        name: np.frombuffer(memory, dtype="<f4", count=array.size, offset=place).reshape(array.shape)
        for (name, array), place in zip(arrays.items(), places, strict=False)
    }


def put_back(arrays: Iterable[NDArray[np.float32]]) -> None:
    """Give the memory of `keep_on_disk`'s arrays back to the system, of any others nothing."""
    found = {id(memory): memory for memory in map(_find_memory, arrays) if memory is not None}
    for memory in found.values():
        _put_back(memory)


def _find_memory(array: NDArray[np.float32]) -> mmap.mmap | None:
    """Return what an array is a view of, where that is a file."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    shown = owner.obj if isinstance(owner, memoryview) else owner
    return shown if isinstance(shown, mmap.mmap) else None


def _put_back(memory: mmap.mmap) -> None:
    if hasattr(mmap, "MADV_DONTNEED"):
        memory.madvise(mmap.MADV_DONTNEED)
