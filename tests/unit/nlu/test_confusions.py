from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.confusions import (
    LARGEST_CLUSTER,
    cluster_names,
    collect_confusions,
    count_pairs,
    take_clusters,
)
from tests.unit.nlu.assessing import make_trial

NAMES = st.sampled_from([f"intent_{number}" for number in range(30)])


def test_confusions_are_told_most_frequent_first_and_surest_within() -> None:
    trials = [
        make_trial("a", "a"),
        make_trial("a", "b", 0.4),
        make_trial("a", "b", 0.8),
        make_trial("c", "a", 0.9),
    ]
    first, second = collect_confusions(trials)
    assert (first.expected, first.got, first.of) == ("a", "b", 3)
    assert [trial.confidence for trial in first.trials] == [0.8, 0.4]
    assert (second.expected, second.got, second.of) == ("c", "a", 1)


def test_clusters_hold_what_is_confused_and_the_worst_comes_first() -> None:
    mistakes = [("a", "z")] * 2 + [("z", "a")] + [("m", "n")] * 9 + [("n", "o")] * 4
    pairs = count_pairs([make_trial(*pair) for pair in mistakes])
    assert cluster_names("abmnoz", pairs) == (("m", "n", "o"), ("a", "z"), ("b",))


def test_a_picture_takes_whole_clusters_as_long_as_there_is_room() -> None:
    clusters = (("a", "b"), ("c", "d"), ("e",))
    assert take_clusters(clusters, 4) == ("a", "b", "c", "d")
    assert take_clusters(clusters, 3) == ("a", "b")
    assert take_clusters(clusters, 1) == ("a",)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=60))
def test_clusters_hold_every_name_once(pairs: list[tuple[str, str]]) -> None:
    names = {name for pair in pairs for name in pair}
    clusters = cluster_names(names, count_pairs([make_trial(*pair) for pair in pairs]))
    assert sorted(name for cluster in clusters for name in cluster) == sorted(names)
    assert all(len(cluster) <= LARGEST_CLUSTER for cluster in clusters)
