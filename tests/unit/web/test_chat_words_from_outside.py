"""Whatever a browser sends of itself is read, or refused, and never breaks anything."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadPayload, BadSignature
from bot.service.uploads import Upload, find_upload_key
from bot.web.chat_guest import tidy_name
from bot.web.chat_passes import LIFETIME, make_pass, make_ref, read_pass, read_ref
from bot.web.chat_told import is_missing, read_email, read_told
from bot.web.identities import check_identity

KEY = b"k" * 32
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a secret of 32 characters or more"
UPLOAD = Upload(key="uploads/5/" + "a" * 32, mime="image/png", size=72)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
NAMED = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "hash", "token", "name", "email", "phone", "consent", "at"), ANYTHING)
)


@given(ANYTHING | NAMED)
def test_nobody_is_known_who_was_not_signed(given_: object) -> None:
    with pytest.raises((BadSignature, BadPayload)):
        check_identity(given_, SECRET)
    with pytest.raises((BadSignature, BadPayload)):
        check_identity(given_, "")


@given(st.text(min_size=1, max_size=60).filter(str.strip).filter(lambda text: text.isprintable()))
def test_any_id_that_was_signed_is_known(user: str) -> None:
    digest = hmac.new(SECRET.encode(), user.encode(), hashlib.sha256).hexdigest()
    assert check_identity({"id": user, "hash": digest.upper()}, SECRET).id == user
    with pytest.raises(BadSignature):
        check_identity({"id": user + "1", "hash": digest}, SECRET)


@given(ANYTHING | NAMED)
def test_what_was_told_is_read_with_leniency(given_: object) -> None:
    told = read_told(given_)
    assert told.email is None or read_email(told.email) == told.email
    assert is_missing(told, {"consent": "Yes?"}, begun=True)
    assert not is_missing(told, {}, begun=False)


@given(st.text(max_size=200))
def test_pass_and_ref_that_are_not_ours_are_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        read_pass(KEY, "lyra", text, now=NOW)
    with pytest.raises(BadPayload):
        read_ref(KEY, "lyra", "v-1", text)


def test_pass_opens_one_thread_of_one_account_until_it_ends() -> None:
    text = make_pass(KEY, "lyra", "v-1", now=NOW)
    assert read_pass(KEY, "lyra", text, now=NOW) == "v-1"
    for key, account, now in ((b"x" * 32, "lyra", NOW), (KEY, "vega", NOW), (KEY, "lyra", NOW + LIFETIME)):
        with pytest.raises(BadSignature):
            read_pass(key, account, text, now=now)


def test_ref_is_good_for_one_visitor_of_one_account() -> None:
    text = make_ref(KEY, "lyra", "v-1", UPLOAD)
    assert read_ref(KEY, "lyra", "v-1", text) == UPLOAD
    for account, visitor in (("vega", "v-1"), ("lyra", "v-2")):
        with pytest.raises(BadPayload):
            read_ref(KEY, account, visitor, text)


@pytest.mark.parametrize(
    "ref", ["", "upload:", "upload:../x", "uploads/5/" + "a" * 32, "upload:uploads/5/a/../b"]
)
def test_ref_of_anything_else_is_no_upload(ref: str) -> None:
    assert find_upload_key(ref) is None
    assert find_upload_key("upload:" + UPLOAD.key) == UPLOAD.key


@given(st.text(max_size=300))
def test_name_of_a_file_is_one_short_line_without_a_path(name: str) -> None:
    tidied = tidy_name(name)
    assert len(tidied) <= 120
    assert tidied.isprintable()
    assert "/" not in tidied
