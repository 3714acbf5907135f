"""What Slack posts, written from its documentation's shapes."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import APP, BOT_USER, TEAM

ROOM = "C0ROOM"

Body = dict[str, Any]


def envelope(event: Body, *, mark: str = "Ev1") -> Body:
    """Return an event in its envelope."""
    return {
        "token": "z26uFbvR1xHJEdHE1OQiO6t8",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": mark,
        "event_time": 1_750_000_000,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ",
    }


def make_ts(number: int) -> str:
    """Return the timestamp of the message with a number."""
    return f"1750000{number:03d}.000100"


def direct(text: str, *, number: int = 1, sender: str = "U7", **more: Any) -> Body:
    """Return the event of a direct message."""
    return {
        "type": "message",
        "user": sender,
        "client_msg_id": f"cfe1b3cc-{number}",
        "ts": make_ts(number),
        "text": text,
        "team": TEAM,
        "channel": "D" + sender,
        "event_ts": make_ts(number),
        "channel_type": "im",
        **more,
    }


def said_in_room(text: str, *, number: int = 1, sender: str = "U7", **more: Any) -> Body:
    """Return the event of a message in a channel that the app is in."""
    return {**direct(text, number=number, sender=sender), "channel": ROOM, "channel_type": "channel", **more}


def mention(text: str, *, number: int = 1, sender: str = "U7", **more: Any) -> Body:
    """Return the event of a message in a channel that names the app."""
    event = said_in_room(f"<@{BOT_USER}> {text}", number=number, sender=sender, **more)
    return {**{k: v for k, v in event.items() if k != "channel_type"}, "type": "app_mention"}


def changed(before: Body, text: str) -> Body:
    """Return the event of an edit of a message."""
    at = {"user": before["user"], "ts": "1750000060.000000"}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": before["channel"],
        "ts": "1750000060.000200",
        "event_ts": "1750000060.000200",
        "channel_type": before.get("channel_type"),
        "message": {**before, "text": text, "edited": at},
        "previous_message": before,
    }


def deleted(before: Body) -> Body:
    """Return the event of a message that was taken back."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": before["channel"],
        "ts": "1750000061.000200",
        "event_ts": "1750000061.000200",
        "deleted_ts": before["ts"],
        "channel_type": before.get("channel_type"),
        "previous_message": before,
    }


def reacted(before: Body, *, taken_back: bool = False, person: str = "U7", name: str = "thumbsup") -> Body:
    """Return the event of an emoji under a message."""
    return {
        "type": "reaction_removed" if taken_back else "reaction_added",
        "user": person,
        "reaction": name,
        "item": {"type": "message", "channel": before["channel"], "ts": before["ts"]},
        "item_user": before["user"],
        "event_ts": "1750000062.000200",
    }


def pressed(channel: str, ts: str, *, person: str = "U7", thread: str | None = None, **action: Any) -> Body:
    """Return the interaction of a pressed button under a message of ours."""
    label = {"type": "plain_text", "text": "Track it", "emoji": True}
    button = {"type": "button", "action_id": "choice:0", "block_id": "b", "text": label, "value": "/track"}
    in_thread = {"thread_ts": thread} if thread else {}
    return {
        "type": "block_actions",
        "user": {"id": person, "username": "ann", "name": "ann", "team_id": TEAM},
        "api_app_id": APP,
        "token": "z26uFbvR1xHJEdHE1OQiO6t8",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
        "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        "team": {"id": TEAM, "domain": "us"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "directmessage"},
        "message": {
            "bot_id": "B0LAN0Z89",
            "type": "message",
            "text": "Which &amp; why?",
            "ts": ts,
            **in_thread,
        },
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T061EG9R6/1/xyz",
        "actions": [{**button, "action_ts": "1750000063.100000", **action}],
    }


PICTURE = {
    "id": "F1",
    "name": "box.png",
    "mimetype": "image/png",
    "filetype": "png",
    "size": 12_345,
    "mode": "hosted",
    "url_private": "https://files.slack.com/files-pri/T1-F1/box.png",
}
