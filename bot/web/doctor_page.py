"""What the data doctor found, as one file that opens anywhere: no scripts, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from bot.nlu.doctor.diagnosis import Diagnosis

_ROOT = Path(__file__).parent / "templates"


def render_page(diagnosis: Diagnosis) -> str:
    """Return the page."""
    templates = Environment(
        loader=FileSystemLoader(_ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("doctor.html").render(diagnosis=diagnosis, groups=diagnosis.groups)
