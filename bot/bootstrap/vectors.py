"""Where the vectors of sentences are kept between trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pathlib import Path


def find_vector_cache() -> Path:
    """Return the user's cache folder, shared by all projects: much of what they learn from is the same."""
    return platformdirs.user_cache_path("visavis", appauthor=False)
