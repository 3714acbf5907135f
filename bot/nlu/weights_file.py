"""A safetensors file as arrays that lie on the disk until they are looked at, and may be put back there.

Source of the format: https://huggingface.co/docs/safetensors, "Format": eight bytes of length, a header in
JSON, then the arrays without gaps.
"""

from __future__ import annotations

import json
import mmap
import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")
_SINGLE = "F32"


class WeightsFile:
    """The matrices and vectors of 32-bit numbers in a file, by name; `arrays` are views of it.

    What is written to them would not reach the file. The file is trusted: its digest has been checked.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        (length,) = _LENGTH.unpack_from(self._memory)
        begin = _LENGTH.size + length
        described = json.loads(self._memory[_LENGTH.size : begin])
        self.arrays: Mapping[str, NDArray[np.float32]] = {
            name: self._view(begin, *entry["data_offsets"]).reshape(entry["shape"])
            for name, entry in described.items()
            if entry.get("dtype") == _SINGLE
        }

    def put_back(self) -> None:
        """Give the memory of what has been read back to the system; it is read anew where that is needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._memory.madvise(mmap.MADV_DONTNEED)

    def _view(self, begin: int, start: int, end: int) -> NDArray[np.float32]:
        count = (end - start) // np.dtype(np.float32).itemsize
        return np.frombuffer(self._memory, dtype="<f4", count=count, offset=begin + start)
