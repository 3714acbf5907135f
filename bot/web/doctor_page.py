"""What the data doctor found, as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.web.single_file import get_template

if TYPE_CHECKING:
    from bot.nlu.doctor.diagnosis import Diagnosis


def render_page(diagnosis: Diagnosis) -> str:
    """Return the page. What examples say is escaped."""
    return get_template("doctor.html").render(diagnosis=diagnosis, groups=diagnosis.groups)
