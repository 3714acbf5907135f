"""What leaves as mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from bot.connector import OutboundReply
from bot.domain.message import Author, Button, Content
from connectors.email.render import File, Writer, render_reply
from connectors.email.threads import MAX_REFERENCES, digest, make_key

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = make_key(digest("subject order"), "ann@example.org")
WRITER = Writer(address="help@shop.example", name="The Shop", domain="shop.example")
REPLY = OutboundReply(
    idempotency_key="visavis-7", conversation_key=KEY, content=Content(text="Hello."), author=Author.BOT
)


def render(reply: OutboundReply, *files: File) -> EmailMessage:
    (letter,) = render_reply(reply, WRITER, files, at=NOW)
    return letter.message


def answer(**context: object) -> OutboundReply:
    return replace(REPLY, reply_context=context)  # type: ignore[arg-type]


def test_answer_stands_in_the_thread_of_what_it_answers() -> None:
    message = render(
        answer(
            message_id="<2@x>", references=["<1@x>", "<0@x>", "no id\r\nBcc: all@x"], subject="AW: Re: Order"
        )
    )
    assert message["In-Reply-To"] == "<2@x>"
    assert message["References"].split() == ["<1@x>", "<0@x>", "<2@x>"]
    assert message["Subject"] == "Re: Order"
    assert message["Message-ID"] == f"<visavis-7.{digest('subject order')}@shop.example>"
    assert message["Bcc"] is None


def test_message_id_is_the_same_for_every_try_and_another_for_every_reply() -> None:
    first, again = (render(REPLY)["Message-ID"] for _ in range(2))
    assert first == again != render(replace(REPLY, idempotency_key="visavis-8"))["Message-ID"]


def test_chain_of_references_is_capped_at_both_ends() -> None:
    chain = [f"<{number}@x>" for number in range(90)]
    sent = render(answer(message_id="<last@x>", references=chain))["References"].split()
    assert len(sent) == MAX_REFERENCES
    assert (sent[0], sent[-1]) == ("<0@x>", "<last@x>")


def test_only_the_bot_says_that_a_machine_wrote_it() -> None:
    assert render(REPLY)["Auto-Submitted"] == "auto-replied"
    person = render(replace(REPLY, author=Author.STAFF, author_name="Mara"))
    assert person["Auto-Submitted"] is None
    assert person["From"] == '"Mara (The Shop)" <help@shop.example>'


def test_buttons_are_lines_and_links() -> None:
    buttons = (
        Button(title="See <it>", payload="", url="https://shop.example/a?b=1&c=2"),
        Button(title="Track it", payload="/track"),
        Button(title="Bad", payload="", url="javascript:alert(1)"),
    )
    message = render(replace(answer(subject="Order"), content=Content(text="Which?", buttons=buttons)))
    plain, marked = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert plain.splitlines()[2:4] == ["• See <it>: https://shop.example/a?b=1&c=2", "• Track it"]
    assert 'href="https://shop.example/a?b=1&amp;c=2">See &lt;it&gt;</a>' in marked
    assert "mailto:help%40shop.example?subject=Re%3A%20Order&amp;body=Track%20it" in marked
    assert "javascript" not in marked
    assert "/track" not in plain + marked


def test_text_is_safe_in_html_and_its_addresses_are_links() -> None:
    message = render(replace(REPLY, content=Content(text="a <b> & c\nhttps://shop.example/x?y=1.\n\nNext")))
    marked = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "a &lt;b&gt; &amp; c<br>" in marked
    assert '<a href="https://shop.example/x?y=1">https://shop.example/x?y=1</a>.' in marked


def test_files_hang_on_the_mail_under_their_names() -> None:
    files = (
        File(name="größe.pdf", mime="application/pdf", content=b"%PDF"),
        File(name="", mime="x", content=b"y"),
    )
    found = list(render(REPLY, *files).iter_attachments())
    assert [(each.get_filename(), each.get_content_type()) for each in found] == [
        ("größe.pdf", "application/pdf"),
        ("file", "application/octet-stream"),
    ]
    assert found[0].get_content() == b"%PDF"


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: all@example.org", "\n", "größe " * 100, "Re: " * 40, "\udcff"]
)
def test_no_subject_makes_another_header(subject: str) -> None:
    message = render(answer(subject=subject.replace("\udcff", "?")))
    assert "Bcc" not in message
    assert message.as_bytes()


@pytest.mark.parametrize(
    "key", ["", "x", "abc:", "0123456789abcdef:", "0123456789abcdef:a b@c", "x:a@b\r\nBcc: c@d"]
)
def test_key_without_an_address_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="address"):
        render_reply(replace(REPLY, conversation_key=key), WRITER, (), at=NOW)
