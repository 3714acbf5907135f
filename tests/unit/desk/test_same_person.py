"""What is enough to ask staff whether two contacts are one person."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.contact_facts import Fact, FactKind, Source, read_entity, read_handle, read_words
from bot.desk.same_person import ENOUGH, MOST_SHARING, Held, Strength, find_pairs, weigh

SURE, SAID = Source.CHANNEL, Source.WRITTEN
MAIL, PHONE, LOCAL = FactKind.EMAIL, FactKind.PHONE, FactKind.PHONE_LOCAL
NUMBER, PROFILE, NAME = FactKind.NUMBER, FactKind.PROFILE, FactKind.NAME


def _fact(kind: FactKind, source: Source, value: str = "same") -> Fact:
    digest = hashlib.sha256(f"{kind}:{value}".encode()).digest()[:16]
    return Fact(kind=kind, digest=digest, shown=value, source=source)


def _asked(*shared: tuple[FactKind, Source, Source]) -> bool:
    held = [
        Held(contact_id=contact_id, fact=_fact(kind, source))
        for kind, *sources in shared
        for contact_id, source in enumerate(sources, 1)
    ]
    return bool(find_pairs(held))


@pytest.mark.parametrize(
    ("shared", "asked"),
    [
        ([(MAIL, SURE, SURE)], True),
        ([(MAIL, SURE, Source.IDENTITY)], True),
        ([(PHONE, SURE, SAID)], True),
        ([(FactKind.CUSTOMER, Source.IDENTITY, Source.IDENTITY)], True),
        ([(MAIL, SAID, SAID)], False),
        ([(NUMBER, SAID, SAID)], False),
        ([(PROFILE, Source.PROFILE, Source.PROFILE)], False),
        ([(NAME, Source.PROFILE, Source.PROFILE)], False),
        ([(NUMBER, SAID, SAID), (MAIL, SAID, SAID)], True),
        ([(NUMBER, SAID, SAID), (NAME, Source.PROFILE, Source.PROFILE)], True),
        # A username with its name is one clue, not two.
        ([(PROFILE, Source.PROFILE, Source.PROFILE), (NAME, Source.PROFILE, Source.PROFILE)], False),
    ],
)
def test_one_good_clue_or_two_weak_ones(
    shared: list[tuple[FactKind, Source, Source]], *, asked: bool
) -> None:
    assert _asked(*shared) is asked


def test_the_evidence_is_said_in_words() -> None:
    mail = Held(contact_id=7, fact=read_handle("email", "mara@lyra.example", None, None)[0])
    chat = [Held(contact_id=3, fact=fact) for fact in read_words("i am mara@lyra.example")]
    orders = [
        Held(contact_id=each, fact=fact) for each in (3, 7) for fact in read_entity("order_number", "A-10234")
    ]
    ((pair, clues),) = find_pairs([mail, *chat, *orders]).items()
    assert pair == (3, 7)
    assert [clue.in_words() for clue in clues] == [
        "one writes from the address m…@lyra.example, the other gave it",
        "both gave the number A-10234",
    ]


def test_the_end_of_a_number_is_less_than_the_number() -> None:
    texter = [Held(contact_id=1, fact=fact) for fact in read_handle("sms", "+4915123456789", None, None)]
    caller = [Held(contact_id=2, fact=fact) for fact in read_words("0151 23456789")]
    assert find_pairs([*texter, *caller]) == {}
    named = [Held(contact_id=each, fact=_fact(NAME, Source.PROFILE)) for each in (1, 2)]
    ((_, clues),) = find_pairs([*texter, *caller, *named]).items()
    assert [clue.in_words() for clue in clues] == [
        "one writes from a number that ends in 6789, the other gave it",
        "both are called same",
    ]


def test_numbers_of_two_countries_that_end_alike_are_two_numbers() -> None:
    german = [Held(contact_id=1, fact=fact) for fact in read_handle("sms", "+4915123456789", None, None)]
    dutch = [Held(contact_id=2, fact=fact) for fact in read_handle("sms", "+3115123456789", None, None)]
    assert find_pairs([*german, *dutch]) == {}


def test_what_many_have_says_nothing() -> None:
    family = [Held(contact_id=each, fact=_fact(PHONE, SURE)) for each in range(MOST_SHARING)]
    assert len(find_pairs(family)) == 3
    quoted = [*family, Held(contact_id=99, fact=_fact(PHONE, SAID))]
    assert find_pairs(quoted) == {}


facts = st.builds(
    _fact,
    st.sampled_from(list(FactKind)),
    st.sampled_from(list(Source)),
    st.sampled_from(["one", "two"]),
)
held = st.lists(st.builds(Held, contact_id=st.integers(1, 4), fact=facts), max_size=12)


@given(held, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(given_facts: list[Held], chance: object) -> None:
    shuffled = list(given_facts)
    getattr(chance, "shuffle")(shuffled)  # noqa: B009 - a Random, typed loosely by hypothesis
    found, again = find_pairs(given_facts), find_pairs(shuffled)
    assert {pair: weigh(clues) for pair, clues in found.items()} == {
        pair: weigh(clues) for pair, clues in again.items()
    }


@given(held)
def test_who_is_first_does_not_matter(given_facts: list[Held]) -> None:
    mirrored = [Held(contact_id=5 - each.contact_id, fact=each.fact) for each in given_facts]
    there, back = find_pairs(given_facts), find_pairs(mirrored)
    assert {(5 - b, 5 - a): weigh(clues) for (a, b), clues in there.items()} == {
        pair: weigh(clues) for pair, clues in back.items()
    }


@given(held)
def test_a_pair_never_stands_on_one_weak_clue(given_facts: list[Held]) -> None:
    for pair, clues in find_pairs(given_facts).items():
        assert pair[0] < pair[1]
        assert weigh(clues) >= ENOUGH
        assert len(clues) > 1 or clues[0].strength >= Strength.GOOD
        assert any(clue.strength >= Strength.WEAK for clue in clues)
