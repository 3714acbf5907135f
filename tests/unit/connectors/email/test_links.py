"""Where links lead, in the text of a mail that has no plain one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.links import BEGIN, END
from connectors.email.quotes import MAX_READ, take_marked_words
from tests.unit.connectors.email.acts import parse, write

PAGE = "https://track.example/p/LY-1?x=1"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"Please <a href='{PAGE}'>click here</a>.", f"Please click here ({PAGE})."),
        (f"Please <a href='{PAGE}'>click here </a>now", f"Please click here ({PAGE}) now"),
        (f"<p><a href='{PAGE}'><div>My parcel</div></a></p>Late!", f"My parcel ({PAGE})\n\nLate!"),
        (f"<a href='{PAGE}'>{PAGE}</a>", PAGE),
        ("<a href='https://www.shop.example/'>shop.example</a>", "shop.example"),
        ("<a href='https://WWW.shop.example/Sale/'>www.shop.example/Sale</a>", "www.shop.example/Sale"),
        (
            "<a href='https://shop.example/gr%C3%BC%C3%9Fe'>https://shop.example/grüße</a>",
            "https://shop.example/grüße",
        ),
        ("<a href='https://evil.example/'>www.bank.example</a>", "www.bank.example (https://evil.example/)"),
        ("<a href='mailto:Ann@example.org'>ann@example.org</a>", "ann@example.org"),
        ("Ask <a href='mailto:ann@example.org?subject=Hi'>my wife</a>", "Ask my wife (ann@example.org)"),
        ("Call <a href='tel:+49%2030%20123456'>the office</a>", "Call the office (+4930123456)"),
        ("Call <a href='tel:+4930123456'>+49 (30) 12 34-56</a>", "Call +49 (30) 12 34-56"),
        (f"one <a href='{PAGE}'>two<p>three", f"one two\nthree ({PAGE})"),
        (
            f"<a href='{PAGE}'>one<a href='https://b.example/'>two</a>",
            f"one ({PAGE})two (https://b.example/)",
        ),
        ("<a href='https://b.example/a b\u202ec'>this</a>", "this (https://b.example/a%20b%E2%80%AEc)"),
    ],
)
def test_link_keeps_its_address_unless_its_words_say_it(html: str, text: str) -> None:
    assert take_marked_words(html)[0] == text


@pytest.mark.parametrize(
    "link",
    [
        "<a href='javascript:alert(1)'>here</a>",
        "<a href='JavaScript:alert(1)'>here</a>",
        "<a href='java\tscript:alert(1)'>here</a>",
        "<a href='data:text/html,x'>here</a>",
        "<a href='file:///etc/passwd'>here</a>",
        "<a href='vbscript:x'>here</a>",
        "<a href='cid:1@x'>here</a>",
        "<a href='#below'>here</a>",
        "<a href='/order'>here</a>",
        "<a href='https://'>here</a>",
        "<a href='https://[b.example/'>here</a>",
        "<a href='mailto:'>here</a>",
        "<a href='mailto:all of you'>here</a>",
        "<a href='tel:unknown'>here</a>",
        f"<a href='https://b.example/{'x' * 2_000}'>here</a>",
        "<a href>here</a>",
        "<a name='https://b.example/'>here</a>",
    ],
)
def test_address_that_is_unsafe_or_leads_nowhere_is_left_out(link: str) -> None:
    assert take_marked_words(f"Look {link} please") == ("Look here please", False)


@pytest.mark.parametrize(
    "link",
    [
        "<a href='https://b.example/'><img src='https://b.example/logo.png' alt='Logo'></a>",
        "<a href='https://b.example/'>\n <img src='https://b.example/t.gif' width=1 height=1> </a>",
        "<a href='https://b.example/'><span style='display:none'>seen</span></a>",
        "<a href='https://b.example/' hidden>seen</a>",
        "<img src='https://b.example/t.gif' width=1 height=1>",
    ],
)
def test_pictures_and_what_is_not_shown_have_no_address(link: str) -> None:
    assert take_marked_words(f"<p>Look {link}</p>please") == ("Look\nplease", False)


def test_quotes_and_signatures_are_known_as_without_addresses() -> None:
    phone = f"https://go.onelink.example/{'m' * 300}"
    html = (
        f"Broken: <a href='{PAGE}'>my order</a><br><br><a href='{phone}'>Sent from Yahoo Mail on Android</a>"
        "<div class='gmail_quote'>On Mon Shop wrote: <a href='https://shop.example/a'>our terms</a></div>"
    )
    assert take_marked_words(html) == (f"Broken: my order ({PAGE})", True)


def test_mail_of_html_alone_has_the_address_in_its_text() -> None:
    raw = write("Content-Type: text/html; charset=utf-8", body=f"<p>See <a href='{PAGE}'>this</a></p>")
    assert parse(raw).content.text == f"See this ({PAGE})"


def test_text_cut_within_a_mark_shows_none_of_it() -> None:
    text = "x" * (MAX_READ - 1)
    assert take_marked_words(f"<a href='{PAGE}'>{text}</a>")[0] == text


def test_many_links_take_no_longer_than_they_are() -> None:
    html = f"<a href='{PAGE}'>x" * 12_000
    began = time.process_time()
    take_marked_words(html)
    assert time.process_time() - began < 20


@given(st.text(alphabet=f"<>a/ href='{BEGIN}{END}01&#xfdd0;:https.", max_size=200))
def test_no_mark_is_left_whatever_is_written(html: str) -> None:
    assert not {BEGIN, END} & set(take_marked_words(html)[0])
