from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.understanding import Understanding
from bot.nlu.reading import AT_ONCE, read_texts


def repeat(texts: Sequence[str]) -> list[Understanding]:
    """Understand nothing, and refuse one text."""
    if "trouble" in texts:
        raise ValueError("trouble")
    return [Understanding(text=text, intent=None) for text in texts]


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, 5 * AT_ONCE + 3])
def test_texts_are_read_in_order_and_counted(count: int) -> None:
    texts = [f"text {number}" for number in range(count)]
    told: list[tuple[int, int]] = []
    read = read_texts([repeat, repeat], texts, lambda done, total: told.append((done, total)))
    assert [each.text for each in read] == texts
    assert told[0] == (0, count)
    assert max(told) == (count, count)


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    with pytest.raises(ValueError, match="trouble"):
        read_texts([repeat], ["trouble"], lambda _done, _total: None)
