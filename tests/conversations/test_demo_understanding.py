"""The demo brand's model, trained as `visavis train` does: what customers write → what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from actions.ask_affirmation import NO_BUTTON
from bot.nlu.archive import read_archive
from bot.nlu.encoder import open_encoder
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.nlu.reader import Reader
from tests.unit.actions.test_brand_files import load_buttons

if TYPE_CHECKING:
    from pathlib import Path

    from bot.nlu.archive import Archive

# `config.yml` says one in twenty; a hundredth more, since processors differ in the encoder's last digits.
MOST_WRONG = 0.06
LEAST_ANSWERED = 0.75


@pytest.fixture(scope="module")
def archive(demo_model: Path) -> Archive:
    return read_archive(demo_model)


@pytest.fixture(scope="module")
def reader(archive: Archive) -> Reader:
    return Reader(NluModel.from_files(archive.get_folder(NLU_FOLDER)), open_encoder())


def read(reader: Reader, text: str) -> str:
    """Return the intent that is acted on."""
    [understanding] = reader.read([text])
    assert understanding.intent is not None
    return understanding.intent.name


@pytest.mark.parametrize(("title", "intent"), sorted(load_buttons().items()))
def test_title_of_a_button_typed_does_what_pressing_it_does(reader: Reader, title: str, intent: str) -> None:
    wanted = "deny" if title == NO_BUTTON["title"] else intent
    assert {read(reader, title), read(reader, title.lower())} == {wanted}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("the battery in my halo is bulging, should I worry", "safety"),
        ("smoke is coming out of my bridge 2", "safety"),
        ("gdpr: delete my data", "data_request"),
        ("pls delete my account", "data_request"),
        ("i can't log in", "ask_account"),
        ("No! I asked for a human!!", "ask_for_person"),
        ("this isnt helping", "ask_for_person"),
        ("LY-105310 and I want to speak to a human", "ask_for_person"),
        ("I want a refund NOW, this is outrageous!", "complaint_refund"),
        ("firmware update is stuck", "problem_firmware"),
        ("my halo is bricked after the update", "problem_firmware"),
        ("headphones wont charge", "problem_battery"),
        ("promo code was rejected", "problem_code"),
        ("my gift card is not working", "problem_code"),
        ("noise cancelling stopped working yesterday", "problem_noise_cancelling"),
        ("Start", "start"),
        ("hi bot, start", "start"),
        ("get started", "start"),
        ("STOP", "stop"),
        ("don't contact me anymore", "stop"),
    ],
)
def test_text_is_understood_although_it_is_no_example(reader: Reader, text: str, intent: str) -> None:
    assert read(reader, text) == intent


def test_share_of_wrong_answers_is_what_the_brand_accepts(archive: Archive) -> None:
    """Measured on texts held out of training."""
    metrics = archive.metadata["metrics"]
    assert isinstance(metrics, dict)
    wrong, answered = metrics["answered_wrong"], metrics["answered"]
    assert isinstance(wrong, float)
    assert isinstance(answered, float)
    assert wrong <= MOST_WRONG
    assert answered >= LEAST_ANSWERED
