"""What the brand says where a public thread goes on in private stands among its responses."""

from __future__ import annotations

from bot.domain.case import CaseWords
from bot.rasa_format.project import load_project
from tests.unit.rasa_format.conftest import DOMAIN, Write


def words_of(write_project: Write, responses: str) -> CaseWords:
    domain = DOMAIN.replace("responses:\n", f"responses:\n{responses}", 1)
    assert domain != DOMAIN or not responses
    return load_project(write_project({"domain.yml": domain}), {}).desk.words


def test_project_without_them_has_ours(write_project: Write) -> None:
    assert words_of(write_project, "") == CaseWords()


def test_brands_words_stand_as_they_are(write_project: Write) -> None:
    words = words_of(
        write_project,
        "  utter_write_in_private:\n"
        "  - {text: 'Only on Slack', channel: slack}\n"
        "  - text: 'Bitte schreiben Sie uns: {link}'\n"
        "  utter_closing_word:\n  - text: ''\n",
    )
    assert words.write == "Bitte schreiben Sie uns: {link}"
    assert words.moved == CaseWords().moved
    assert (words.closing, words.sorry) == ("", "")
