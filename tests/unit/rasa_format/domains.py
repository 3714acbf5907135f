"""Reads a domain from texts, as from files of one folder."""

from __future__ import annotations

from bot.dialogue.spec import DomainSpec
from bot.rasa_format.domain_file import read_domain
from bot.rasa_format.domain_merge import merge_domains
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read_texts(*texts: str) -> tuple[DomainSpec, list[str]]:
    """Return the domain, and what is wrong in it, in words; the files are `a.yml`, `b.yml` and `c.yml`."""
    problems = Problems()
    reader = Reader(problems)
    documents = [
        parse_yaml(text.encode(), path=f"{name}.yml") for name, text in zip("abc", texts, strict=False)
    ]
    domain = read_domain(merge_domains(documents, reader), reader)
    return domain, [problem.show() for problem in problems]
