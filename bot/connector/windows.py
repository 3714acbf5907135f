"""Reply windows: what a platform would refuse is refused here, in words that say what is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.connector.capabilities import Capabilities, Window
from bot.connector.replies import ErrorClass, OutboundReply, ReplyMode, SendError
from bot.connector.text import TextUnit, measure
from bot.domain.conversation import Surface
from bot.domain.message import Author


def find_refusal(capabilities: Capabilities, reply: OutboundReply, *, now: datetime) -> SendError | None:
    """Return why a channel's platform would refuse a reply; None where it has no such reason."""
    can = capabilities.on(reply.surface)
    if reply.mode is ReplyMode.PRIVATE:
        return _refuse_private(capabilities, reply, now)
    closed_for = how_long_closed(can.window, reply, now=now)
    if closed_for is None:
        return None
    return SendError(error_class=ErrorClass.WINDOW_CLOSED, detail=describe(can.window, reply, now=now))


def how_long_closed(window: Window, reply: OutboundReply, *, now: datetime) -> timedelta | None:
    """Return for how long the window has been closed for a reply; None where it is open, or there is none."""
    lasts = window.lasts(by_staff=reply.author is Author.STAFF)
    if lasts is None or reply.last_heard_at is None or (reply.is_template and window.templates):
        return None
    closed_for = now - reply.last_heard_at - lasts
    return closed_for if closed_for > timedelta() else None


def find_end(window: Window, reply: OutboundReply) -> datetime | None:
    """Return until when a reply may leave; None where there is no such time."""
    lasts = window.lasts(by_staff=reply.author is Author.STAFF)
    return None if lasts is None or reply.last_heard_at is None else reply.last_heard_at + lasts


def describe(window: Window, reply: OutboundReply, *, now: datetime) -> str:
    """Say why nothing may be written, and what may."""
    heard = now - (reply.last_heard_at or now)
    by_staff = reply.author is Author.STAFF
    who, lasts = "people" if by_staff else "a bot", window.lasts(by_staff=by_staff) or timedelta()
    why = (
        f"The customer wrote last {say_duration(heard)} ago, and the platform lets {who} write for "
        f"{say_duration(lasts)} after that."
    )
    if not by_staff and window.staff is not None and heard <= window.staff:
        return f"{why} A person may still answer."
    if window.templates:
        return f"{why} A template that the platform approved may still be sent."
    return f"{why} It opens again when the customer writes."


def say_duration(duration: timedelta) -> str:
    """Say hours and days, rounded down: `23 hours`, `7 days`."""
    hours = int(duration / timedelta(hours=1))
    if hours >= 48:  # noqa: PLR2004 - two days: until then hours say more
        return f"{hours // 24} days"
    if hours:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    minutes = int(duration / timedelta(minutes=1))
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def _refuse_private(can: Capabilities, reply: OutboundReply, now: datetime) -> SendError | None:
    allowed = can.on(reply.surface).private_reply
    if allowed is None:
        return SendError(
            error_class=ErrorClass.POLICY,
            detail="This platform has no private answer to a public post: answer it where it stands.",
        )
    if allowed.each == 1 and (too_long := _refuse_long(can.on(Surface.DIRECT), reply)):
        return too_long
    if allowed.each is not None and reply.private_before >= allowed.each:
        often = "once" if allowed.each == 1 else f"{allowed.each} times"
        return SendError(
            error_class=ErrorClass.POLICY,
            detail=f"The platform lets the author of a post be written to in private {often}, and that was "
            "done. They can answer there; here a public answer is still allowed.",
        )
    heard = now - (reply.last_heard_at or now)
    if allowed.within is None or heard <= allowed.within:
        return None
    return SendError(
        error_class=ErrorClass.WINDOW_CLOSED,
        detail=f"The post is {say_duration(heard)} old, and the platform lets its author be written to in "
        f"private for {say_duration(allowed.within)}. A public answer with a link is still allowed.",
    )


def _refuse_long(direct: Capabilities, reply: OutboundReply) -> SendError | None:
    if measure(reply.content.text, direct.text_unit) <= direct.text_max:
        return None
    return SendError(
        error_class=ErrorClass.TOO_LONG,
        detail=f"A private answer is one message of at most {direct.text_max:,} "
        f"{say_unit(direct.text_unit)}: shorten it.",
    )


def say_unit(unit: TextUnit) -> str:
    """Say what a text is counted in. Bytes are told apart: they are what hurts those who write."""
    return "bytes (letters beyond English ones are two or more)" if unit is TextUnit.BYTE else "characters"
