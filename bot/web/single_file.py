"""Pages that are one file each: no scripts, nothing fetched, their style inside. They open anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.nlu.evaluation_words import say_share
from bot.nlu.wording import count

_WEB = Path(__file__).parent


def get_template(name: str) -> Template:
    """Return a template. It may include `tokens.css`, the look of all pages."""
    return _open_templates().get_template(name)


@cache
def _open_templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader((_WEB / "templates", _WEB / "assets")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["count"] = count
    templates.filters["share"] = say_share
    return templates
