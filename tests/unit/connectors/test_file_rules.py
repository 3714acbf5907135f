"""Which files channels take: said in words, and declared as what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.connector import Capabilities, OutboundFile
from bot.connector.file_rules import find_file_problem, find_total_problem, goes_as_file, list_types
from bot.domain.conversation import Surface
from bot.domain.media import KEPT_TYPES, kind_of
from bot.domain.message import Attachment
from connectors.bluesky.connector import BlueskyConnector
from connectors.bluesky.render import is_uploaded
from connectors.email.connector import EmailConnector
from connectors.email.files import FILES_TOTAL
from connectors.email.files import sort_files as sort_mail
from connectors.instagram.connector import InstagramConnector
from connectors.instagram.render import LIMITS as INSTAGRAM
from connectors.mastodon.connector import MastodonConnector
from connectors.mastodon.files import is_uploaded as goes_with_a_post
from connectors.messenger.connector import MessengerConnector
from connectors.messenger.render import LIMITS as MESSENGER
from connectors.sms.connector import SmsConnector
from connectors.sms.render import sort_files
from connectors.telegram.connector import TelegramConnector
from connectors.telegram.files import choose_type as choose_telegram_type
from connectors.whatsapp.connector import WhatsappConnector
from connectors.whatsapp.files import choose_type
from connectors.x.connector import XConnector
from connectors.x.render import can_upload
from tests.contracts.connectors.conftest import CHANNELS
from tests.fakes.public_channel import PublicConnector

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.connector import Connector
    from tests.contracts.connectors.channel import Channel


def attachment(mime: str, size: int = 1_000) -> Attachment:
    return Attachment(kind=kind_of(mime), ref="outgoing:1", mime=mime, name="a", size=size)


def outbound(mime: str, size: int = 1_000) -> OutboundFile:
    async def read() -> bytes:
        return b""

    url = "https://desk.lyra.example/files/1/a"
    return OutboundFile(kind=kind_of(mime), mime=mime, name="a", size=size, url=url, read=read)


def fetched_by_twilio(file: OutboundFile) -> bool:
    media, _ = sort_files((file,), (), links_only=False)
    return bool(media)


def goes_along(file: OutboundFile) -> bool:
    along, _ = sort_mail((file,))
    return bool(along)


@pytest.mark.parametrize("size", [1_000, 900_000, 6_000_000, 24_000_000])
@pytest.mark.parametrize("mime", sorted(KEPT_TYPES - {"image/gif"}))
@pytest.mark.parametrize(
    ("connector", "surface", "takes"),
    [
        (BlueskyConnector, Surface.PUBLIC, is_uploaded),
        (EmailConnector, Surface.DIRECT, goes_along),
        (InstagramConnector, Surface.DIRECT, INSTAGRAM.takes),
        (MastodonConnector, Surface.PUBLIC, goes_with_a_post),
        (MessengerConnector, Surface.DIRECT, MESSENGER.takes),
        (SmsConnector, Surface.DIRECT, fetched_by_twilio),
        (TelegramConnector, Surface.DIRECT, choose_telegram_type),
        (WhatsappConnector, Surface.DIRECT, choose_type),
        (XConnector, Surface.PUBLIC, can_upload),
    ],
)
def test_what_is_declared_is_what_is_sent_as_a_file(
    connector: type[Connector],
    surface: Surface,
    takes: Callable[[OutboundFile], object],
    mime: str,
    size: int,
) -> None:
    declared = goes_as_file(connector.capabilities.on(surface), attachment(mime, size))
    assert declared == bool(takes(outbound(mime, size)))


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.connector.channel)
def test_rules_are_about_files_that_are_taken(channel: Channel) -> None:
    own = channel.connector.capabilities
    for can in (own, *own.elsewhere.values()):
        assert set(can.file_rules) <= can.files <= {"image", "audio", "video", "file"}


def test_a_refusal_says_what_is_taken() -> None:
    pictures = PublicConnector.capabilities
    assert "no PDF files, only pictures" in str(find(pictures, "application/pdf"))
    assert "no files" in str(find(pictures.on(Surface.PUBLIC), "image/png"))
    assert "no HEIC pictures: send another type" in str(find(WhatsappConnector.capabilities, "image/heic"))
    assert "pictures of up to 1 MB" in str(
        find(BlueskyConnector.capabilities.on(Surface.PUBLIC), "image/png")
    )
    assert "our public address" in str(find(SmsConnector.capabilities, "image/png"))


def test_files_that_are_too_much_together_are_told_or_go_as_links() -> None:
    mail, half = EmailConnector.capabilities, attachment("application/pdf", FILES_TOTAL // 2)
    assert find_total_problem(mail, [half, half], linked=False) is None
    assert "18 MB of files at once" in str(find_total_problem(mail, [half, half, half], linked=False))
    assert find_total_problem(mail, [half, half, half], linked=True) is None
    large, small = outbound("application/pdf", FILES_TOTAL - 1_000), outbound("image/png")
    assert sort_mail([large, small, small]) == ([large, small], [small])


def test_every_platform_that_takes_files_says_what_it_asks_of_them() -> None:
    ours = {"callback", "rest", "webchat"}  # whoever reads these sets the limits
    for channel in CHANNELS:
        for can in (channel.connector.capabilities, *channel.connector.capabilities.elsewhere.values()):
            assert not can.files or can.file_rules or channel.connector.channel in ours


def find(can: Capabilities, mime: str) -> str | None:
    assert find_file_problem(can, attachment(mime, 7_000_000), linked=True) is None
    return find_file_problem(can, attachment(mime, 7_000_000), linked=False)


def test_browsers_are_told_the_types_that_are_taken() -> None:
    can = Capabilities(surfaces=frozenset(), text_max=1, burst_pause=PublicConnector.capabilities.burst_pause)
    assert list_types(can) == []
    assert list_types(PublicConnector.capabilities) == ["image/*"]
    assert list_types(EmailConnector.capabilities) == []
    assert "image/heic" not in list_types(WhatsappConnector.capabilities)
