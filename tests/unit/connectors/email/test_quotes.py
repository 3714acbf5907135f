"""What of an answer is new: made-up mails as large programs write them, in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.email.markup import read_markup
from connectors.email.quotes import cut_signature, take_marked_words, take_words, unflow
from connectors.email.tags import tame

TOP = {
    "gmail, English": "On Mon, Nov 23, 2026 at 10:01 AM Shop <us@shop.example> wrote:\n\n> Hello\n> there\n",
    "gmail, English, wrapped": (
        "On Mon, Nov 23, 2026 at 10:01 AM Our Very Long Shop Name <help@shop.example>\nwrote:\n\n> Hello\n"
    ),
    "gmail, German": "Am Mo., 23. Nov. 2026 um 10:01 Uhr schrieb Shop <us@shop.example>:\n\n> Hallo\n",
    "gmail, French": "Le lun. 23 nov. 2026 à 10:01, Shop <us@shop.example> a écrit :\n\n> Bonjour\n",
    "gmail, Spanish": "El lun, 23 nov 2026 a las 10:01, Shop (<us@shop.example>) escribió:\n\n> Hola\n",
    "outlook, English": (
        "________________________________\nFrom: Shop <us@shop.example>\n"
        "Sent: Monday, November 23, 2026 10:01 AM\nTo: Ann <ann@example.org>\nSubject: Order\n\nHello\n"
    ),
    "outlook for desktops, English": (
        "-----Original Message-----\nFrom: Shop <us@shop.example>\n"
        "Sent: Monday, November 23, 2026 10:01 AM\nTo: Ann <ann@example.org>\nSubject: Order\n\nHello\n"
    ),
    "outlook, German": (
        "________________________________\nVon: Shop <us@shop.example>\n"
        "Gesendet: Montag, 23. November 2026 10:01\nAn: Ann <ann@example.org>\nBetreff: Bestellung\n\nHallo\n"
    ),
    "outlook for desktops, German": (
        "-----Ursprüngliche Nachricht-----\nVon: Shop <us@shop.example>\n"
        "Gesendet: Montag, 23. November 2026 10:01\nAn: Ann <ann@example.org>\nBetreff: Bestellung\n\nHallo\n"
    ),
    "outlook, French": (
        "________________________________\nDe : Shop <us@shop.example>\n"
        "Envoyé : lundi 23 novembre 2026 10:01\nÀ : Ann <ann@example.org>\nObjet : Commande\n\nBonjour\n"
    ),
    "outlook, Spanish": (
        "________________________________\nDe: Shop <us@shop.example>\n"
        "Enviado: lunes, 23 de noviembre de 2026 10:01\nPara: Ann <ann@example.org>\nAsunto: Pedido\n\nHola\n"
    ),
    "apple, English": "> On 23 Nov 2026, at 10:01, Shop <us@shop.example> wrote:\n> \n> Hello\n",
    "apple, German": "> Am 23.11.2026 um 10:01 schrieb Shop <us@shop.example>:\n> \n> Hallo\n",
    "apple, French": "> Le 23 nov. 2026 à 10:01, Shop <us@shop.example> a écrit :\n> \n> Bonjour\n",
    "apple, Spanish": "> El 23 nov 2026, a las 10:01, Shop <us@shop.example> escribió:\n> \n> Hola\n",
    "thunderbird, English": "On 11/23/26 10:01, Shop wrote:\n> Hello\n> there\n",
    "thunderbird, German": "Am 23.11.26 um 10:01 schrieb Shop:\n> Hallo\n",
    "thunderbird, French": "Le 23/11/2026 à 10:01, Shop a écrit :\n> Bonjour\n",
    "thunderbird, Spanish": "El 23/11/26 a las 10:01, Shop escribió:\n> Hola\n",
}
SIGNED = {
    "dashes": "-- \nAnn Example\nExample Street 1",
    "iPhone": "Sent from my iPhone",
    "iPhone, German": "Von meinem iPhone gesendet",
    "iPhone, French": "Envoyé de mon iPhone",
    "iPhone, Spanish": "Enviado desde mi iPhone",
    "outlook": "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "outlook, German": "Holen Sie sich Outlook für Android<https://aka.ms/AAb9ysg>",
}
MARKED = {
    "gmail": (
        '<div dir="ltr">Where is it?</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon Shop '
        "wrote:<br></div><blockquote>Hello</blockquote></div>"
    ),
    "outlook": (
        "<html><head><style>p {color: red}</style></head><body><p>Where is it?</p>"
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Shop</div><p>Hallo</p></body>'
    ),
    "apple": (
        "<body>Where is it?<br><div><br><blockquote type='cite'><div>On 23 Nov 2026, at 10:01, Shop wrote:"
        "</div><div>Hello</div></blockquote></div></body>"
    ),
    "thunderbird": (
        '<body><p>Where is it?</p><div class="moz-cite-prefix">Am 23.11.26 um 10:01 schrieb Shop:<br></div>'
        '<blockquote type="cite">Hallo</blockquote></body>'
    ),
    "unclosed": "<p>Where is it?<blockquote type=cite>Hello",
}


@pytest.mark.parametrize("quoted", TOP.values(), ids=TOP.keys())
def test_answer_above_a_quote_is_what_is_new(quoted: str) -> None:
    assert take_words(f"Where is it?\nI wait.\n\n{quoted}") == ("Where is it?\nI wait.", True)


def test_answer_below_a_quote_is_what_is_new() -> None:
    text = "On 23.11.26 10:01, Shop wrote:\n> Hello\n> there\n\nWhere is it?\n-- \nAnn\n"
    assert take_words(text) == ("Where is it?", True)


def test_answers_between_the_lines_of_a_quote_are_kept_with_it() -> None:
    text = "Hi,\n\nOn 23.11.26 10:01, Shop wrote:\n> When?\nOn Monday.\n> Which number?\nNo. 12\n"
    words, quoted = take_words(text)
    assert quoted
    assert [part in words for part in ("Hi,", "On Monday.", "> Which number?", "No. 12")] == [True] * 4


def test_forwarded_mail_is_what_the_person_wants_to_show() -> None:
    text = (
        "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.org>\n"
        "Date: Mon, Nov 23, 2026 at 10:01 AM\nSubject: Broken\nTo: Ann <ann@example.org>\n\nIt is broken.\n"
    )
    words, quoted = take_words(text)
    assert not quoted
    assert "See below." in words
    assert "It is broken." in words


def test_mail_that_only_quotes_keeps_what_it_quotes() -> None:
    words, _ = take_words("On 23.11.26 10:01, Shop wrote:\n> Hello\n")
    assert "Hello" in words


@pytest.mark.parametrize("signature", SIGNED.values(), ids=SIGNED.keys())
def test_signature_is_cut(signature: str) -> None:
    assert cut_signature(f"Where is it?\n\n{signature}") == "Where is it?"


@pytest.mark.parametrize(
    "text", ["-- \nAnn", "Sent from my iPhone", "a -- b", "I want it from my iPhone\nnow"]
)
def test_text_that_only_looks_like_a_signature_is_kept(text: str) -> None:
    assert cut_signature(text) == text


@pytest.mark.parametrize("html", MARKED.values(), ids=MARKED.keys())
def test_answer_in_html_is_what_is_new(html: str) -> None:
    assert take_marked_words(html) == ("Where is it?", True)


def test_html_is_read_as_its_words() -> None:
    html = (
        "<html><head><title>no</title><style>.a{}</style></head><body>"
        "<div style='display: none'>preview</div>"
        "<h1>Caf&eacute; &amp; more</h1><p>One<br>two&nbsp;three</p><ul><li>a</li><li>b</li></ul>"
        "<blockquote>A paragraph set in.</blockquote><script>x()</script></body></html>"
    )
    _, words, _ = read_markup(html)
    assert words == "Café & more\n\nOne\ntwo three\n\n- a\n- b\n\nA paragraph set in."


def test_lines_broken_for_the_way_are_joined() -> None:
    flowed = "This line was \nbroken.\n\n>  quoted \n> too\n From here.\n-- \nAnn"
    assert (
        unflow(flowed, drop_blank=False) == "This line was broken.\n\n>  quoted \n> too\nFrom here.\n-- \nAnn"
    )
    assert unflow("Auto \nbahn", drop_blank=True) == "Autobahn"


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.sampled_from("> \n-:aWrote,<@.0123456789"), max_size=300) | st.text(max_size=200))
def test_any_text_leaves_some_of_itself(text: str) -> None:
    words, _ = take_words(text)
    assert bool(words) == bool(text.strip())
    take_marked_words(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<table><tr><td>Order</td><td>17</td></tr><tr><th>Sum</th><td>5</td></tr></table>",
            "Order 17\n\nSum 5",
        ),
        ("<pre>one\n  two</pre><p>three\nfour</p>", "one\ntwo\n\nthree four"),
        ("<html><head><title>x</title><body><p>Hello</p>", "Hello"),
        ("<html><head><title>x</title><p>Hello</p>", "Hello"),
        ("<p>Hi<span style='font-size:0'>a</span><span style='font-size: 0.9em'>, Ann</span></p>", "Hi, Ann"),
        ("<p>Hi</p><p hidden>a</p><p style='visibility: hidden'>b</p><p style='mso-hide:all'>c</p>", "Hi"),
    ],
    ids=["table", "pre", "open head", "open head without body", "tiny", "hidden"],
)
def test_markup_says_what_is_shown(html: str, text: str) -> None:
    assert read_markup(html)[1] == text


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\nFrom: Berlin\nTo: Paris\nwhen does it go?",
        "I need a ticket\n\nFrom: Berlin\nTo: Paris\nDate: 3 May\n\nWhat does it cost?",
        "Two of these:\n--\none\n--\ntwo",
    ],
    ids=["journey", "journey on a day", "lines set apart"],
)
def test_lists_that_somebody_wrote_are_their_words(text: str) -> None:
    assert take_words(text) == (text, False)


@pytest.mark.parametrize("ending", ["\n-- \nAnn\n-- \nAcme Inc.", "\n--\nAnn", "\n-- \nAnn\n--\nAcme Inc."])
def test_signatures_are_cut_where_they_begin(ending: str) -> None:
    assert take_words(f"Where is it?\n{ending}") == ("Where is it?", False)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<!-- b --><!--[if mso]>c<![endif]--><![if !mso]>d<![endif]></p><?xml x?>e", "ad\ne"),
        ("a<!-->b<!-- c", "ab"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>one<br>two <3 <b>three</b>", "one\ntwo <3 three"),
        (f"<img src='data:{'x' * 9_000}'>seen", "seen"),
        ("words <a href='x", "words <a href='x"),
    ],
    ids=["comments", "comments of no length", "signs", "a heart", "a picture", "no end"],
)
def test_markup_that_is_none_is_text(html: str, text: str) -> None:
    assert read_markup(html)[1] == text


def test_answer_below_a_very_long_quote_is_read() -> None:
    quote = "\n".join(f"> line {number}" for number in range(900))
    mail = f"Thanks!\n\nOn Mon, Nov 23, 2026 at 10:01 AM The Shop <help@shop.example> wrote:\n{quote}"
    assert take_words(mail) == ("Thanks!", True)


@given(st.text(alphabet="<>!-?/ab='\" &;", max_size=60))
def test_any_markup_is_tamed_to_what_ends(html: str) -> None:
    tamed = tame(html)
    assert tame(tamed) == tamed
    assert "<!" not in tamed


@pytest.mark.parametrize("above", ["", "Hello.\n\n"])
def test_words_below_a_quote_of_a_quote_are_not_lost(above: str) -> None:
    quote = "On Mon, 23 Nov 2026, Shop wrote:\n> On Sun, 22 Nov 2026, Ann wrote:\n> > Where?\n> Here.\n"
    assert take_words(f"{above}{quote}\nIt came broken.\n") == (f"{above}It came broken.", True)


def test_words_below_keep_what_they_quote_themselves() -> None:
    quote = "On Mon, 23 Nov 2026, Shop wrote:\n> On Sun, 22 Nov 2026, Ann wrote:\n> > Where?\n\n"
    own = "It came broken.\n\nBob wrote:\n> On Sat, 21 Nov 2026, Eve wrote:\n> Hm."
    assert take_words(f"{quote}{own}\n") == (own, True)


def test_programs_that_say_writes_announce_a_quote() -> None:
    quoted = "Shop <us@shop.example> writes:\n\n> Hello\n> there\n"
    assert take_words(f"It came broken.\n\n{quoted}") == ("It came broken.", True)


def test_lines_that_are_only_drawn_are_no_words() -> None:
    text = f"{'-' * 60}\nDate: Fri, 20 Nov 2026\nFrom: Ann <ann@example.org>\nSubject: News\nTo: us\n\nHello."
    assert "Hello." in take_words(text)[0]
