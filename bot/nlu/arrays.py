"""NumPy arrays ↔ bytes, never pickled."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise for damaged bytes (found by flipping them)."""


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of an `npz` file, the same for equal arrays."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes the names for `allow_pickle`
    return file.getvalue()


def read_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an `npz` file. Raises `ValueError` for anything else."""
    return _load(io.BytesIO(content))


def read_arrays_of_file(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an `npz` file on disk. Raises `OSError` where it cannot be opened."""
    with path.open("rb") as file:
        return _load(file)


def _load(source: BinaryIO) -> dict[str, NDArray[Any]]:
    try:
        with np.load(source, allow_pickle=False) as arrays:
            return dict(arrays)
    except _UNREADABLE as error:
        raise ValueError(f"not a file of arrays: {error}") from error
