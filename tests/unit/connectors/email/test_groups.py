"""Mails that come through a Google Group of ours are their authors', and nobody else's can pass for one."""

from __future__ import annotations

import dataclasses

import pytest

from bot.domain.message import Kind
from connectors.email.options import find_clashes
from connectors.email.payload import Us
from tests.unit.connectors.email.acts import US, parse, write

GROUP = "support@shop.example"
MEMBER = Us(
    account="main",
    addresses=US.addresses,
    domain=US.domain,
    authserv_id="mx.google.com",
    groups=frozenset({GROUP}),
)
SIGNED = (
    "Authentication-Results: mx.google.com; dkim=pass header.i=@shop.example header.s=google; "
    "spf=pass (google.com: domain of support+bncBC@shop.example designates 209.85.220.41) "
    "smtp.mailfrom=support+bncBC@shop.example; dmarc=pass (p=NONE) header.from=shop.example"
)
FOUND = (
    "X-Original-Authentication-Results: mx.google.com; dkim=pass header.i=@example.org; "
    "dmarc=pass (p=REJECT) header.from=example.org"
)
HEADS = {
    "Return-Path": "Return-Path: <support+bncBC@shop.example>",
    "From": "From: 'Ann Lee' via Help <support@shop.example>",
    "Authentication-Results": SIGNED,
    "X-Original-Sender": "X-Original-Sender: ann@example.org",
    "X-Original-From": "X-Original-From: Ann Lee <ann@example.org>",
    "X-Original-Authentication-Results": FOUND,
    "Reply-To": "Reply-To: Ann Lee <ann@example.org>",
    "Precedence": "Precedence: list",
    "Mailing-List": "Mailing-list: list support@shop.example; contact support+owners@shop.example",
    "List-ID": "List-ID: <support.shop.example>",
    "List-Post": "List-Post: <https://groups.google.com/a/shop.example/group/support/post>, "
    "<mailto:support@shop.example>",
    "List-Unsubscribe": "List-Unsubscribe: <mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>",
}


def make(*more: str, **changed: str | None) -> bytes:
    """Return a mail through the group; `changed` are its headers by name, None leaves one out."""
    changed = {name.replace("_", "-"): value for name, value in changed.items()}
    heads = {**HEADS, **changed}
    return write(*(value for value in heads.values() if value is not None), *more, body="Where is it?")


def test_mail_whose_from_the_group_rewrote_is_its_authors() -> None:
    event = parse(make(), MEMBER)
    assert (event.kind, event.content.text) == (Kind.TEXT, "Where is it?")
    assert (event.sender.native_id, event.sender.name) == ("ann@example.org", "Ann Lee")
    assert event.conversation_key.endswith(":ann@example.org")
    assert event.metadata["origin"] == "proven"
    assert "to" not in event.reply_context


def test_mail_whose_from_the_group_left_is_its_authors_although_dmarc_fails_on_the_way() -> None:
    relaxed = SIGNED.replace(
        "dmarc=pass (p=NONE) header.from=shop.example", "dmarc=fail header.from=example.org"
    )
    raw = make(From="From: Ann <ann@example.org>", X_Original_From=None, Authentication_Results=relaxed)
    event = parse(raw, MEMBER)
    assert (event.kind, event.sender.native_id, event.metadata["origin"]) == (
        Kind.TEXT, "ann@example.org", "proven",
    )  # fmt: skip


def test_answers_never_go_to_the_group() -> None:
    event = parse(make(Reply_To=f"Reply-To: Help <{GROUP}>"), MEMBER)
    assert "to" not in event.reply_context


@pytest.mark.parametrize(
    ("results", "origin"),
    [
        (None, "unknown"),
        (FOUND.replace("dmarc=pass", "dmarc=none"), "unknown"),
        (FOUND.replace("mx.google.com", "mx.evil.example"), "unknown"),
        (FOUND.replace("header.from=example.org", "header.from=evil.example"), "unknown"),
    ],
)
def test_author_is_proven_by_googles_word_alone(results: str | None, origin: str) -> None:
    event = parse(make(X_Original_Authentication_Results=results), MEMBER)
    assert (event.kind, event.metadata["origin"]) == (Kind.TEXT, origin)


def test_second_word_of_google_which_a_sender_brought_proves_nothing() -> None:
    assert parse(make(FOUND), MEMBER).metadata["origin"] == "unknown"


def test_author_whom_google_found_forged_is_refused() -> None:
    forged = FOUND.replace("dmarc=pass", "dmarc=fail")
    assert parse(make(X_Original_Authentication_Results=forged), MEMBER).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "changed",
    [
        {"Authentication_Results": None},
        {"Authentication_Results": SIGNED.replace("mx.google.com;", "mx.evil.example;")},
        {"Authentication_Results": SIGNED.replace("dkim=pass", "dkim=fail")},
        {"Authentication_Results": SIGNED.replace("header.i=@shop.example", "header.i=@evil.example")},
        {"Authentication_Results": SIGNED.replace("header.i=@shop.example", "header.i=@evil-shop.example")},
        {"X_Original_From": None},
        {"X_Original_Sender": None},
        {"X_Original_Sender": "X-Original-Sender: mallory@evil.example"},
        {"X_Original_From": "X-Original-From: ann@example.org, bob@example.org"},
        {"List_Post": "List-Post: <mailto:other@shop.example>"},
        {"List_Post": None},
        {"List_ID": None},
        {"From": "From: 'Ann' via Other <other@shop.example>"},
    ],
    ids=", ".join,
)
def test_what_is_not_surely_the_groups_is_refused(changed: dict[str, str | None]) -> None:
    event = parse(make(**changed), MEMBER)
    assert (event.kind, event.conversation_key) == (Kind.UNSUPPORTED, "")


@pytest.mark.parametrize(
    "second",
    [
        "X-Original-From: Victim <victim@example.org>",
        "X-Original-Sender: victim@example.org",
        "List-ID: <newsletter.example.org>",
        "List-Unsubscribe: <mailto:leave@newsletter.example.org>",
    ],
)
def test_header_that_a_sender_brought_along_spoils_it(second: str) -> None:
    assert parse(make(second), MEMBER).kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "head", ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Return-Path: <>"]
)
def test_machines_that_write_to_the_group_get_no_answer(head: str) -> None:
    assert parse(make(head), MEMBER).kind is Kind.UNSUPPORTED


def test_group_that_nobody_named_is_a_mailing_list() -> None:
    event = parse(make(), dataclasses.replace(MEMBER, groups=frozenset()))
    assert event.metadata["reason"] == "precedence"


def test_groups_need_the_name_of_our_mail_server() -> None:
    assert list(find_clashes({"groups": GROUP})) == [
        "`groups` needs `authserv_id`: without it nobody vouches for what a group says"
    ]
