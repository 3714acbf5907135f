from __future__ import annotations

import emoji
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu.normalise import MAY_BE_EMOJI, Evidence, Normalised, normalise
from bot.nlu.text import MAX_CHARACTERS, bound_text

SIGNS = st.characters() | st.sampled_from("@#<>&;:)(!?oO👍🏽❤️😡\u200d\u200b\u202e\ufe0f\u20e3\n\0\ud800 ﷺＡ")


@pytest.mark.parametrize(
    "text",
    [
        "How do I activate my new card?",
        "Why was I charged 10000 - is that R&D?",
        "I'd like to order #5 (the XXXL one); write to max@example.org",
        "Où est mon colis ?",
        "我的包裹在哪里?",
    ],
)
def test_plain_texts_stay_as_they_are(text: str) -> None:
    assert normalise(text).text == text


def test_blanks_are_made_one() -> None:
    assert normalise("  where\tis \n\n my\u00a0parcel ").text == "where is my parcel"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("@Lyra where is my bag @ceo", "where is my bag"),
        ("@Lyra @ceo: hello", "hello"),
        ("RT @Lyra: hello", "Lyra: hello"),
        (".@Lyra is late", "is late"),
        ("never again with @Lyra, sorry", "never again with Lyra, sorry"),
        ("thanks <user> for nothing", "thanks someone for nothing"),
        ("thanks @115712 for nothing", "thanks someone for nothing"),
        ("see you @5pm @10", "see you @5pm @10"),
        ("broken again https://t.co/aB1 www.example.org", "broken again"),
        ("https://example.org/x, is down", "link , is down"),
        ("look <url>", "look"),
        ("a [url=https://x.example]page[/url] of yours", "a [url= link ]page[/url] of yours"),
        ("read this http\u2026", "read this"),
        ("#WorstServiceEver #not_ok #1 #fail", "worst service ever not ok #1 fail"),
        ("LATE AGAIN 😡😡", "LATE AGAIN enraged"),
        ("👍🏽 👍", "thumbs up"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f!", "England !"),
        ("why 🤦\u200d♀️?", "why facepalming ?"),
        ("nice :) not :'(", "nice smiling not crying"),
        ("soooo GOOOD, XXXL AAA 10000", "soo GOOD, XXXL AAA 10000"),
        ("why?!?!!!!!!", "why?!?!!!"),
        ("can\u2019t \u201cyou\u201d don`t \u2013 \u2026", "can't \"you\" don't - ..."),
        ("\U0001d4f1\U0001d4f2 \uff46\uff55\uff4c\uff4c h\u0336i\u0300\u0353", "hi full h\u00ec"),
        ("AT&amp;T &lt;3 &#39;x&#39; &copy &;", "AT&T red heart 'x' &copy &;"),
        ("pa\u200brc\u00ad\u202eel\u2066\ufeff a\x07b", "parcel a b"),
    ],
)
def test_normalise_writes_plain_words(text: str, plain: str) -> None:
    assert normalise(text).text == plain


def test_normalise_keeps_what_was_there() -> None:
    written = "@Lyra WHY is it soooo late?? @ceo #LateAgain 😡😡 :( https://t.co/x!"
    assert normalise(written).evidence == Evidence(
        users=("@Lyra", "@ceo"),
        links=("https://t.co/x",),
        hashtags=("#LateAgain",),
        emoji=("😡", "😡", ":("),
        elongations=("soooo",),
        capitals=5 / 28,
        exclamations=1,
        questions=2,
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("@Lyra @ceo", "userhandle"),
        ("@Lyra https://t.co/x", "weblink"),
        ("<user>?!", "userhandle ?!"),
        ("@Lyra 👋", "waving hand"),
        (":D", "grinning"),
        ("???", "???"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_what_nobody_put_into_words_is_named(text: str, plain: str) -> None:
    normalised = normalise(text)
    assert (normalised.text, normalised.is_wordless) == (plain, True)


@pytest.mark.parametrize("text", ["ok 👍", "@Lyra hi", "#fail", "see https://t.co/x", "5", "我"])
def test_a_text_with_words_is_not_wordless(text: str) -> None:
    assert not normalise(text).is_wordless


def test_emoji_alone_say_their_name() -> None:
    assert normalise("❤️❤️") == Normalised(
        text="red heart", evidence=Evidence(emoji=("❤️", "❤️")), is_wordless=True
    )


def test_every_emoji_is_looked_up() -> None:
    """Texts that cannot have one do not load the names of all."""
    assert [sign for sign in emoji.EMOJI_DATA if not MAY_BE_EMOJI.search(sign)] == []
    assert not MAY_BE_EMOJI.search("Où est mon “colis”? Sehr naïv…")


@given(st.text(SIGNS, max_size=200))
@example("\ufdfa" * 4000)
@example("@" * 4000)
@example("#a" * 2000)
@example("&amp;" * 1000)
@example("x" * 50_000)
@example("ab😡" * 2000)
def test_any_text_becomes_words_that_any_encoder_takes(text: str) -> None:
    normalised = normalise(text)
    assert normalised.text == bound_text(normalised.text)
    assert len(normalised.text) <= MAX_CHARACTERS
    assert "\u200b" not in normalised.text
    assert 0 <= normalised.evidence.capitals <= 1
    normalised.text.encode()
