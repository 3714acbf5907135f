from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.triage_example import Mood, TriageExample
from bot.errors import ModelDamaged
from bot.nlu.asking import embed_public_posts, learn_asking
from bot.nlu.embeddings import Embedder
from bot.nlu.encoder import Encoder
from bot.nlu.normalise import normalise
from bot.nlu.triage import FEATURES_FILE, WEIGHTS_FILE, TriageHead, weigh_mood
from bot.nlu.triage_features import list_grams, list_signals, list_words
from bot.nlu.triage_fitting import Posts, fit_triage, gather_posts
from bot.nlu.triage_reasons import name_reasons
from bot.nlu.triage_validation import calibrate_triage, deal_sectors, measure_triage, score_transfer
from bot.nlu.triage_words import find_kind

POSTS = {
    (True, True, Mood.ANGRY): (
        "NO HEATING since Friday, two kids, minus 4 @Heatwell answer your phone",
        "@SkyFerry stranded at the gate, nobody here, flight leaves in an hour!!",
        "someone is emptying my account NOW and your fraud line is closed @CaledBank",
    ),
    (True, False, Mood.ANGRY): (
        "worst. airline. ever. @SkyFerry",
        "@Heatwell third engineer who never came, useless",
        "@CaledBank charged twice again, what a joke of a bank",
    ),
    (True, False, Mood.UNHAPPY): (
        "still waiting for my refund @SkyFerry",
        "@Heatwell why is the boiler broken again after two weeks?",
        "my card was declined twice although there is money on it @CaledBank",
    ),
    (False, False, Mood.NEUTRAL): (
        "@SkyFerry do you fly to Malta in winter?",
        "@Heatwell it is the grey one in the kitchen",
        "@CaledBank how do I open a joint account",
    ),
    (False, False, Mood.HAPPY): (
        "landed early, thank you @SkyFerry crew 👏",
        "@Heatwell fixed in ten minutes, lovely man, cheers",
        "love the new app @CaledBank, thanks",
    ),
}
SECTORS = ("airlines", "energy", "banks")


def make_examples() -> list[TriageExample]:
    return [
        TriageExample(text=text, sector=sector, complaint=complaint, urgent=urgent, mood=mood)
        for (complaint, urgent, mood), texts in POSTS.items()
        for sector, text in zip(SECTORS, texts, strict=True)
    ]


@pytest.fixture(scope="session")
def posts(encoder: Encoder) -> Posts:
    gathered = gather_posts(make_examples())
    return replace(gathered, vectors=encoder.encode([each.text for each in gathered.normalised]))


@pytest.fixture(scope="session")
def head(posts: Posts) -> TriageHead:
    return fit_triage(posts)


def test_who_asks_in_public_is_told_from_who_only_names_a_brand(
    head: TriageHead, posts: Posts, encoder: Encoder
) -> None:
    public = embed_public_posts(Embedder(encoder))
    taught = learn_asking(head, posts, public)
    texts = [
        "GoBus sells its trams, with photos https://news.example/9 via @cityweekly",
        "@GoBus the tram never came and nobody tells us why",
    ]

    def ask(head: TriageHead) -> list[float]:
        return [
            head.judge(text, normalise(text), encoder.encode([normalise(text).text])[0]).asks
            for text in texts
        ]

    shared, stranded = ask(taught)
    assert shared < 0.5 < stranded
    assert ask(head) == [1.0, 1.0]  # a model of before
    assert ask(TriageHead.from_files(taught.to_files()) or head) == [shared, stranded]
    others = [
        replace(each.judge(texts[1], normalise(texts[1]), public.vectors[0]), asks=1.0)
        for each in (head, taught)
    ]
    assert others[0] == others[1]


def test_complaints_are_told_from_the_rest(head: TriageHead, encoder: Encoder) -> None:
    texts = [
        "@GoBus broken again, a useless joke, still waiting",
        "@GoBus thanks for the lovely ride",
        "@GoBus do you go to Ghent?",
    ]
    judged = [head.judge(text, normalise(text), encoder.encode([normalise(text).text])[0]) for text in texts]
    late, ride, ghent = judged
    assert late.complaint > 0.5 > max(ride.complaint, ghent.complaint)
    assert late.sentiment < ghent.sentiment < ride.sentiment
    assert late.because
    assert ride.because == ghent.because == ()


def test_urgent_ones_are_told_from_those_that_can_wait(head: TriageHead, posts: Posts) -> None:
    texts = list(zip(posts.texts, posts.normalised, posts.vectors, strict=True))
    urgency = [head.judge(*each).urgency for each in texts]
    assert min(urgency[:3]) > max(urgency[6:])


def test_a_head_survives_its_files(head: TriageHead, posts: Posts) -> None:
    again = TriageHead.from_files(head.to_files())
    assert again is not None
    assert again.to_files() == head.to_files()
    first = posts.texts[0], posts.normalised[0], posts.vectors[0]
    assert again.judge(*first) == head.judge(*first)


def test_equal_posts_give_equal_heads(head: TriageHead, posts: Posts) -> None:
    assert fit_triage(posts).to_files() == head.to_files()


def test_a_model_without_triage_has_none() -> None:
    assert TriageHead.from_files({}) is None


@pytest.mark.parametrize("name", [FEATURES_FILE, WEIGHTS_FILE])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"PK"])
def test_damaged_files_are_named(head: TriageHead, name: str, content: bytes) -> None:
    with pytest.raises(ModelDamaged, match="triage"):
        TriageHead.from_files(head.to_files() | {name: content})


@given(text=st.text(max_size=60))
def test_any_text_has_a_finite_triage(head: TriageHead, text: str) -> None:
    triage = head.judge(text, normalise(text), np.zeros(len(head.dense), dtype=np.float32))
    assert 0 <= triage.complaint <= 1
    assert 0 <= triage.urgency <= 1
    assert 0 <= triage.sentiment <= 1
    assert all(word in text for word in triage.because)
    assert len(triage.because) <= 5


def test_handles_links_and_brands_masked_or_not_say_the_same() -> None:
    written = "@SkyFerry_Help never again https://t.co/Ab3dE"
    masked = "<user> never again <url>"
    assert list_signals(written, normalise(written)) == list_signals(masked, normalise(masked))
    assert list_words(normalise(written).text) == list_words(normalise(masked).text)


def test_signals_say_how_a_post_is_written() -> None:
    text = "@Lyra WHY is it soooo late?? 😡 #fail"
    signals = list_signals(text, normalise(text))
    assert {"=user first", "=elongations", "=many marks", "=emoji", "=hashtags", "=waiting"} <= set(signals)


def test_a_reply_of_a_brand_shows() -> None:
    text = "@jo_k Hi Jo, sorry to hear that! Could you DM us? ^MT"
    assert {"=signed", "=greeted by name"} <= set(list_signals(text, normalise(text)))


def test_words_have_neighbours_and_ends() -> None:
    assert list_grams(list_words("Day 4!!!!")) == ["day", "0", "!!", "< day", "day 0", "0 !!", "!! >"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("crashes", "fault"),
        ("disgusting", "insult"),
        ("still", "waiting"),
        ("stillwater", None),
        ("ty", "thanks"),
    ],
)
def test_words_are_of_a_kind(word: str, kind: str | None) -> None:
    assert find_kind(word) == kind


def test_reasons_are_the_strongest_words_as_written_in_their_order() -> None:
    weights = {
        "never": 1.0,
        "again": 0.5,
        "the": 3.0,
        "late": 0.9,
        "day": 0.01,
        "never again": 0.4,
        "thanks": -1.0,
    }
    text = "Soooo LATE the other day, @never, thanks... NEVER AGAIN #neverAgain"
    words = list_words(normalise(text).text)
    assert name_reasons(text, words, weights) == ("LATE", "NEVER", "AGAIN")


def test_a_hashtag_is_a_reason_by_its_words() -> None:
    words = ("worst", "service", "ever")
    assert name_reasons("#WorstServiceEver", words, {"worst": 1.0}) == ("#WorstServiceEver",)


@pytest.mark.parametrize(
    ("chances", "sentiment"),
    [((1, 0, 1, 1, 0), 0.0), ((1, 0, 1, 0, 0), 0.25), ((0, 0, 0, 0, 0), 0.5), ((0, 0, 0, 0, 1), 1.0)],
)
def test_moods_lie_on_one_line(chances: tuple[float, ...], sentiment: float) -> None:
    assert weigh_mood(np.array(chances, dtype=np.float64)) == sentiment


def test_a_sector_lies_in_one_fold_and_everyday_in_all(posts: Posts) -> None:
    folds = deal_sectors(replace(posts, sectors=["everyday"] * 6 + list(posts.sectors[6:])))
    by_sector = {sector: set(folds[6:][np.array(posts.sectors[6:]) == sector]) for sector in SECTORS}
    assert all(len(inside) == 1 for inside in by_sector.values())
    assert len(set(folds[:6])) > 1


def test_transfer_is_measured_on_sectors_left_out(head: TriageHead, posts: Posts) -> None:
    scores = score_transfer(posts)
    figures = measure_triage(posts, scores)
    assert figures["examples"] == 15
    assert figures["sectors"] == 3
    shares = ("macro_f1", "precision", "recall", "urgency_auroc", "ece")
    assert all(0 <= float(str(figures[key])) <= 1 for key in shares)
    calibrated = calibrate_triage(head, posts, scores)
    assert np.isfinite(calibrated.dense).all()
    assert np.array_equal(calibrated.dense[:, 2:], head.dense[:, 2:])


def test_posts_that_all_say_the_same_still_make_a_head(posts: Posts) -> None:
    only = posts.select(np.arange(3))
    head = fit_triage(only)
    judged = head.judge(only.texts[0], only.normalised[0], only.vectors[0])
    assert judged.complaint > 0.99
    assert measure_triage(only, score_transfer(only))["urgency_auroc"] == 0.5
