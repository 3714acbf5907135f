"""Every reason for leaving a post alone is said in words."""

from __future__ import annotations

import pytest

from bot.desk.public_posts import Reason
from bot.storage.left_alone import Note
from bot.web.left_alone_view import describe_note

FIRST = list(Reason).index(Reason.TAGS_FRIENDS)  # those before are why posts are answered


@pytest.mark.parametrize("reason", list(Reason)[FIRST:])
def test_every_reason_has_words(reason: Reason) -> None:
    said = describe_note(Note(message_id=1, reason=reason.value, words=("one", "two")))
    assert said.endswith(": “one”, “two”")
    assert "left_alone" not in said
    assert "_" not in said


def test_reason_of_another_version_is_shown_as_it_is() -> None:
    assert describe_note(Note(message_id=1, reason="sings_a_song", words=())) == "sings a song"
