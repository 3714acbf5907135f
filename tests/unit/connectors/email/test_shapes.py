"""Mails as servers and programs of other countries and other years write them."""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connector import ReceiptState
from bot.domain.message import Kind
from connectors.email.attributions import restore, translate
from connectors.email.quotes import cut_signature, take_marked_words, take_words
from tests.unit.connectors.email.acts import OURS, parse, write

ADDRESS = "Shop <us@shop.example>"
QUOTED = {
    "gmail, Italian": f"Il giorno lun 23 nov 2026, 10:01 {ADDRESS} ha scritto:\n\n> Ciao\n",
    "gmail, Polish": f"pon., 23 lis 2026 o 10:01 {ADDRESS} napisał(a):\n\n> Hej\n",
    "gmail, Czech": f"po 23. 11. 2026 v 10:01 odesílatel {ADDRESS} napsal:\n\n> Ahoj\n",
    "gmail, Finnish": "ma 23. marrask. 2026 klo 10.01 Shop (us@shop.example) kirjoitti:\n\n> Moi\n",
    "gmail, Hungarian": f"{ADDRESS} ezt írta (időpont: 2026. nov. 23., H, 10:01):\n\n> Szia\n",
    "gmail, Turkish": f"{ADDRESS}, 23 Kas 2026 Pzt, 10:01 tarihinde şunu yazdı:\n\n> Selam\n",
    "gmail, Russian": f"пн, 23 нояб. 2026 г. в 10:01, {ADDRESS}:\n\n> Привет\n",
    "gmail, Russian, wrapped": (
        '23.11.2026 10:01 пользователь "Shop" <\nus@shop.example> написал:\n\n> Привет\n'
    ),
    "gmail, Ukrainian": f"пн, 23 лист. 2026 р. о 10:01 {ADDRESS} пише:\n\n> Привіт\n",
    "gmail, Greek": f"Στις Δευ 23 Νοε 2026 στις 10:01 π.μ., ο/η {ADDRESS} έγραψε:\n\n> Γεια\n",
    "gmail, Japanese": f"2026年11月23日(月) 10:01 {ADDRESS}:\n\n> はい\n",
    "gmail, Chinese": f"{ADDRESS} 于2026年11月23日周一 10:01写道：\n\n> 好\n",
    "gmail, Korean": f"2026년 11월 23일 (월) 오전 10:01, {ADDRESS}님이 작성:\n\n> 네\n",
    "mail.ru, without marks": f"Mon, 23 Nov 2026 10:01:51 +0400 от {ADDRESS}:\n\nПривет\n",
    "yandex, without marks": '23.11.2026, 10:01, "Shop" <us@shop.example>:\n\nПривет\n',
    "outlook, Italian": (
        f"-----Messaggio originale-----\nDa: {ADDRESS}\nInviato: lunedì 23 novembre 2026 10:01\n"
        "A: Ann <ann@example.org>\nOggetto: Ordine\n\nCiao\n"
    ),
    "outlook, Polish": (
        f"Od: {ADDRESS}\nWysłano: poniedziałek, 23 listopada 2026 10:01\nDo: Ann <ann@example.org>\n"
        "Temat: Zamówienie\n\nHej\n"
    ),
    "outlook, Russian": (
        f"От: {ADDRESS}\nОтправлено: 23 ноября 2026 г. 10:01\nКому: Ann\nТема: Заказ\n\nПривет\n"
    ),
    "outlook, Japanese": (
        f"差出人: {ADDRESS}\n送信日時: 2026年11月23日 10:01\n宛先: Ann <ann@example.org>\n"
        "件名: 注文\n\nはい\n"
    ),
    "qq, Chinese": (
        f"------------------ 原始邮件 ------------------\n发件人: {ADDRESS};\n"
        "发送时间: 2026年11月23日(星期一) 上午10:01\n收件人: ann<ann@example.org>;\n主题: 订单\n\n好\n"
    ),
    "yahoo, English": f"--- On Mon, 11/23/26, {ADDRESS} wrote:\n\n> From: Shop\n> Hello\n> there\n",
}


@pytest.mark.parametrize("quoted", QUOTED.values(), ids=QUOTED.keys())
def test_answer_above_a_quote_is_what_is_new_in_other_languages(quoted: str) -> None:
    assert take_words(f"It came broken.\nI wait.\n\n{quoted}") == ("It came broken.\nI wait.", True)


@pytest.mark.parametrize(
    "announced",
    [
        "-------- Oprindelig besked --------\nFra: Shop <shop@brand.example>\nTil: Ann\nEmne: Re: x\n\nHi",
        "Shop <shop@brand.example> schrieb am So., 23.\nJuni 2024, 21:08:\n\n> Hi\n> there",
        "---- On Wed, 24 Feb 2021 14:02:50 +0530 shop@brand.example wrote ----\n\nHi",
        "On Wed, Dec 9, The Shop\n<shop@brand.example>\nwrote:\n> Hi\n> there",
        "The Shop wrote:\n> Hi\n> there",
        "The Shop schrieb:\n\n> Hi\n> there",
        "On Wed, Dec 9, The Shop <shop@brand.example> wrote:\n> Hi\n> there\n\n-- \nAnn Miller",
    ],
)
def test_announcements_that_programs_break_or_shorten(announced: str) -> None:
    assert take_words(f"It came broken.\n\n{announced}\n") == ("It came broken.", True)


@pytest.mark.parametrize(
    "text",
    [
        "On the one hand\nI like it.\nHere is what I\nwrote:\nhello",
        "This is what she wrote:\nhello there",
        "Points\n\n---- one and two ----\n\nmore",
        "I wrote:\n> one\n> two",
    ],
)
def test_words_that_only_look_like_an_announcement_stay(text: str) -> None:
    assert take_words(text) == (text, False)


@pytest.mark.parametrize(
    "signed",
    [
        '<span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">Ann</div>',
        '<div id="Signature"><p>Ann Miller</p></div>',
        '<pre class="moz-signature" cols="72">Ann Miller</pre>',
        '<div name="messageReplySection">On Monday, Shop wrote: <p>Hello</p></div>',
    ],
)
def test_signature_and_quote_that_html_marks_are_left_out(signed: str) -> None:
    assert take_marked_words(f"<div><p>Where is it?</p></div>{signed}") == ("Where is it?", True)
    assert take_marked_words('<div id="Signature"><p>Only this</p></div>') == ("Only this", False)
    assert take_marked_words('<p class="signature-pad">The pad broke.</p>') == ("The pad broke.", False)


def test_quote_that_html_does_not_mark_is_known_by_its_line() -> None:
    html = (
        "<p>It came broken.</p><p>Mon, 23 Nov 2026 10:01:51 +0400 от Shop &lt;us@shop.example&gt;:</p>"
        "<blockquote style='border-left:1px solid'>Привет</blockquote>"
    )
    assert take_marked_words(html) == ("It came broken.", True)


@pytest.mark.parametrize(
    "text",
    [
        "Ваш менеджер написал:\nждите до 14:30\nЯ жду.",
        "Bestellt am 23.11.2026, geliefert um 10:01:\nalles falsch.",
        "Da: niemand\nwar da",
        "От: кого это?",
    ],
)
def test_words_that_only_look_like_such_a_line_are_kept(text: str) -> None:
    assert take_words(text) == (text, False)


def test_answers_between_foreign_quotes_keep_the_line_as_it_was() -> None:
    line = f"пн, 23 нояб. 2026 г. в 10:01, {ADDRESS}:"
    english, found = translate(f"Вот:\n{line}\n> Когда?\n")
    assert english != restore(english, found) == f"Вот:\n{line}\n> Когда?\n"


@pytest.mark.parametrize(
    "line",
    [
        "Отправлено с iPhone",
        "发自我的iPhone",
        "iPhoneから送信",
        "Enviado do meu iPhone",
        "Sendt fra min iPhone",
        "Sent with [Proton Mail](https://proton.me/mail/home) secure email.",
        "Sent via mobile",
        "(sent from a phone)",
    ],
)
def test_more_lines_that_programs_add_are_cut(line: str) -> None:
    assert cut_signature(f"It came broken.\n\n{line}") == "It came broken."


# Parts that are not where the header says.

HEAD = 'Content-Type: multipart/mixed; boundary="b"'
INNER = '--b\r\nContent-Type: multipart/alternative; boundary="{}"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        "It came broken.",
        INNER.format("x") + "It came broken.\r\n--b--\r\n",
        (
            INNER.format("x") + "--y\r\nContent-Type: text/plain\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nSXQgY2FtZSBicm9rZW4u\r\n--y--\r\n--b--\r\n"
        ),
        (INNER.format("b") + "--b\r\nContent-Type: text/plain\r\n\r\nIt came broken.\r\n--b--\r\n"),
    ],
    ids=["no parts", "text for parts", "another boundary", "one boundary for two"],
)
def test_words_are_read_where_a_boundary_is_wrong(body: str) -> None:
    event = parse(write(HEAD, body=body))
    assert (event.kind, event.content.text, event.content.attachments) == (Kind.TEXT, "It came broken.", ())


def test_name_of_a_file_may_stand_as_its_types_parameter() -> None:
    body = "--b\r\nContent-Type: image/png; filename=cup.png\r\n\r\nx\r\n--b--\r\n"
    (file,) = parse(write(HEAD, body=body)).content.attachments
    assert file.name == "cup.png"


# What came back.


@pytest.mark.parametrize(
    "subject",
    ["Mail delivery failed: returning message to sender", "Returned mail: see transcript for details"],
)
def test_bounce_without_any_mark_is_known_by_its_subject_and_what_it_returns(subject: str) -> None:
    """Old servers send from addresses of their own and write the mail below their words."""
    body = f"550 no such user\r\n\r\n> Message-ID: {OURS}\r\n> To: Ann <ann@example.org>\r\n> Subject: x\r\n"
    event = parse(write("From: ndr@old.example", f"Subject: {subject}", body=body))
    assert (event.kind, event.target_id, event.sender.native_id) == (Kind.RECEIPT, OURS, "ann@example.org")
    stray = parse(write("From: ndr@old.example", f"Subject: {subject}", body="Message-ID: <1@x.example>"))
    assert (stray.kind, stray.metadata) == (Kind.UNSUPPORTED, {"reason": "report"})


def test_customer_may_write_of_failed_delivery() -> None:
    event = parse(write("Subject: Mail delivery failed again", body="My parcel came back."))
    assert (event.kind, event.content.text) == (Kind.TEXT, "My parcel came back.")


def test_report_with_another_word_for_failed_is_read() -> None:
    body = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822;ann@example.org\r\nAction: failure\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nTo: ann@example.org\r\n"
        f"Message-ID: {OURS}\r\n\r\nHi\r\n--b--\r\n"
    )
    event = parse(write("From: postmaster@example.org", HEAD, body=body))
    assert event.receipt is not None
    assert event.receipt.state is ReceiptState.FAILED


@settings(deadline=None, max_examples=60)
@given(
    parts=st.lists(
        st.sampled_from(
            [*(part.partition("\n")[0] for part in QUOTED.values()), "От: a", "Тема: b", "x", "", "> y"]
        ),
        max_size=12,
    )
)
def test_any_order_of_such_lines_leaves_something(parts: list[str]) -> None:
    text = "\n".join(parts)
    english, found = translate(text)
    assert restore(english, found).split() == text.split()
    assert bool(take_words(text)[0]) == bool(text.strip())
