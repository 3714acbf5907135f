"""What else comes in: edits, deletions, reactions, receipts, pressed buttons, files, and many at once."""

from __future__ import annotations

import pytest

from bot.connector import InboundEvent, ReceiptState
from bot.domain.message import Kind
from tests.contracts.connectors.channel import Channel
from tests.contracts.connectors.test_inbound import check_storable

ABOUT_A_MESSAGE = {Kind.EDIT, Kind.DELETE, Kind.REACTION}


def parse_samples(channel: Channel, kind: Kind) -> list[InboundEvent]:
    if kind not in channel.connector.capabilities.brings:
        pytest.skip(f"{channel.connector.channel} brings no {kind.value}")
    found = []
    for frame in channel.samples[kind]:
        (event,) = channel.build().parse(channel.sealed(channel.dump(frame)))
        check_storable(event)
        assert event.kind is kind
        key, _ = channel.about.get(kind, (channel.key or channel.sender, ""))
        assert event.conversation_key == key
        found.append(event)
    return found


def find_message_id(channel: Channel, kind: Kind) -> str:
    """Return the id of the message that samples are about."""
    if kind in channel.about:
        return channel.about[kind][1]
    (event,) = channel.build().parse(channel.sealed(channel.dump(channel.frame("hi"))))
    return event.event_id


def test_every_kind_it_brings_has_a_sample(channel: Channel) -> None:
    brought = {kind for kind, frames in channel.samples.items() if frames}
    brought |= {Kind.TEXT}
    brought |= {Kind.ECHO} if channel.echoes else set()
    brought |= {Kind.RECEIPT} if channel.receipts else set()
    assert channel.connector.capabilities.brings == brought


@pytest.mark.parametrize("kind", sorted(ABOUT_A_MESSAGE))
def test_event_names_the_message_it_is_about(channel: Channel, kind: Kind) -> None:
    for event in parse_samples(channel, kind):
        assert event.target_id == find_message_id(channel, kind)
        assert event.event_id != event.target_id or event.revision > 0


def test_edit_brings_the_whole_new_text(channel: Channel) -> None:
    for event in parse_samples(channel, Kind.EDIT):
        assert event.content.text == "changed"


def test_deletion_brings_no_words(channel: Channel) -> None:
    for event in parse_samples(channel, Kind.DELETE):
        assert not event.content.text
        assert not event.content.attachments


def test_reaction_is_an_emoji_and_nothing_once_it_is_taken_back(channel: Channel) -> None:
    given, taken_back = parse_samples(channel, Kind.REACTION)
    assert given.content.text
    assert not taken_back.content.text
    assert given.event_id != taken_back.event_id


def test_pressed_button_brings_its_payload(channel: Channel) -> None:
    for event in parse_samples(channel, Kind.POSTBACK):
        assert event.content.text


def test_file_can_be_asked_for(channel: Channel) -> None:
    for event in parse_samples(channel, Kind.MEDIA):
        assert event.content.attachments
        assert all(file.kind and file.ref for file in event.content.attachments)


@pytest.mark.parametrize("state", ReceiptState)
def test_receipt_says_of_what_and_what(channel: Channel, state: ReceiptState) -> None:
    frame = channel.receipts.get(state)
    if frame is None:
        pytest.skip(f"{channel.connector.channel} does not tell when a message was {state.value}")
    (event,) = channel.build().parse(channel.sealed(channel.dump(frame)))
    check_storable(event)
    assert event.kind is Kind.RECEIPT
    assert event.receipt is not None
    assert event.receipt.state is state
    assert event.target_id or event.receipt.until
    assert bool(event.receipt.error) == (state is ReceiptState.FAILED)


def test_malformed_element_loses_no_other(channel: Channel) -> None:
    assert channel.batch is not None
    events = channel.build().parse(channel.sealed(channel.dump(channel.batch)))
    assert [event.content.text for event in events if event.kind is Kind.TEXT] == ["first", "third"]
    for event in events:
        check_storable(event)
