from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelMissing
from bot.nlu import language
from bot.nlu.language import LanguageFinder, find_taught
from bot.nlu.ngrams import learn_vocabulary
from bot.rasa_format.nlu_files import read_nlu_files
from bot.rasa_format.problem import Problems

ROOT = Path(__file__).parents[3]
TAUGHT = ("where is my parcel", "I want a refund for my headphones", "merci beaucoup mes amis")
GRAMS = learn_vocabulary(TAUGHT).columns


@pytest.fixture(scope="module")
def english() -> LanguageFinder:
    return LanguageFinder("en", GRAMS)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("when will my order arrive?", "en"),
        ("WHERE IS MY ORDER @Lyra https://t.co/x 😡", "en"),
        ("Wo bleibt mein Paket? 😡", "de"),
        ("ich möchte LY-104871 stornieren @Lyra", "de"),
        ("Où est mon colis ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Dov'è il mio pacco?", "it"),
        ("quero cancelar o meu pedido", "pt"),
        ("Waar blijft mijn pakket?", "nl"),
        ("Gdzie jest moja paczka?", "pl"),
        ("siparişimi iptal etmek istiyorum", "tr"),
        ("Где моя посылка?", "ru"),
        ("أين طردي؟", "ar"),
        ("我的包裹在哪里?", "zh"),
        ("耳机坏了", "zh"),
        ("ヘッドホンが壊れました", "ja"),
        ("제 택배 어디 있나요?", "ko"),
        ("πού είναι το δέμα μου;", "el"),
        ("พัสดุของฉันอยู่ที่ไหน", "th"),
    ],
)
def test_a_sentence_tells_its_language(english: LanguageFinder, text: str, language: str) -> None:
    assert english.find(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "lol",
        "LY-104871",
        "55 12",
        "?!",
        "👍",
        "@Lyra",
        "https://t.co/x",
        "hola",
        "gracias amigo",
        "x",
        "я",
    ],
)
def test_what_may_be_any_language_is_none(english: LanguageFinder, text: str) -> None:
    assert english.find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ur app sux",
        "c u l8r m8",
        "dis ting dont work",
        "y u no answer",
        "finna return it",
        "cannae log in",
        "iphone 15 pro max",
        "mercedes benz c class",
        "deutsche bank",
        "Max Mustermann",
        "Jean-Pierre Dupont",
        "Champs-Élysées 12",
        "über annoyed",
        "café latte please",
        "grazie mille!",
        "hola my parcel is late",
        "merci beaucoup mes amis",  # an example holds these words
    ],
)
def test_slang_names_and_brands_are_never_another_language(english: LanguageFinder, text: str) -> None:
    assert not english.is_foreign(english.find(text))


def test_no_example_of_the_demo_brand_is_taken_for_another_language() -> None:
    data = read_nlu_files(ROOT / "nlu_data", {}, Problems())
    texts = [example.text for example in data.examples]
    assert len(texts) > 2000
    for fold in range(5):
        others = [text for number, text in enumerate(texts) if number % 5 != fold]
        finder = LanguageFinder("en", learn_vocabulary(others).columns, find_taught(others, "en"))
        assert [text for text in texts[fold::5] if finder.is_foreign(finder.find(text))] == []


def test_a_language_that_examples_are_in_is_the_projects_own_too() -> None:
    german = ("Wo bleibt mein Paket?", "ich möchte meine Bestellung stornieren")
    taught = find_taught((*TAUGHT, *german, "Dónde está mi pedido"), "en")
    assert taught == ("de",)
    finder = LanguageFinder("en", learn_vocabulary((*TAUGHT, *german)).columns, taught)
    for text in ("Wo bleibt mein Paket denn?", "Mein Kopfhörer geht nicht mehr an"):
        assert (finder.find(text), finder.is_foreign(finder.find(text))) == ("de", False)
    assert finder.is_foreign(finder.find("Où est mon colis ?"))


def test_a_project_in_another_language_finds_its_own() -> None:
    german = LanguageFinder("de", {})
    found = german.find("Wo bleibt mein Paket?")
    assert (found, german.is_foreign(found)) == ("de", False)
    assert german.is_foreign(german.find("where on earth is my parcel"))


def test_languages_next_door_are_not_held_apart_from_the_projects_own() -> None:
    norwegian = LanguageFinder("nb", {})
    assert not norwegian.is_foreign(norwegian.find("hvornår kommer leveringen"))


def test_a_project_in_no_particular_language_has_no_foreign_one() -> None:
    finder = LanguageFinder("xx", {})
    found = finder.find("Wo bleibt denn mein Paket?")
    assert (found, finder.is_foreign(found)) == ("de", False)


def test_missing_weights_are_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "PACKAGE", "no-such-package")
    language._load_weights.cache_clear()
    with pytest.raises(ModelMissing, match="install no-such-package"):
        LanguageFinder("en", GRAMS)


@given(st.text(st.characters(), max_size=80))
def test_any_text_has_a_language_or_none(text: str) -> None:
    found = LanguageFinder("en", GRAMS).find(text)
    assert found is None or len(found) == 2
