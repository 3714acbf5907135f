"""What channels of sockets have in common: a page lets clients in, and a stored reply is a sent one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.connector import AccountConfig, Connector
from tests.contracts.connectors.channel import ACCOUNT, Stage, Trouble

_NOT_SIGNED = "frames come through a socket that the endpoint has let in"
_NOT_DISPATCHED = "nothing is dispatched: a stored reply is read by the sockets of its conversation"

DOES_NOT_APPLY = {
    "test_authentic_request_is_accepted": _NOT_SIGNED,
    "test_altered_body_is_refused": _NOT_SIGNED,
    "test_old_signature_is_refused": _NOT_SIGNED,
    "test_reply_arrives": _NOT_DISPATCHED,
    "test_long_reply_arrives_whole_within_the_limit": _NOT_DISPATCHED,
    "test_buttons_beyond_the_limits_lose_no_reply": _NOT_DISPATCHED,
    "test_send_with_the_same_key_arrives_once": _NOT_DISPATCHED,
    "test_send_tells_what_became_of_it": _NOT_DISPATCHED,
    "test_send_before_start_is_rejected": _NOT_DISPATCHED,
    "test_small_signs_never_raise": _NOT_DISPATCHED,
    "test_secrets_stay_out_of_logs_and_results": _NOT_DISPATCHED,
}


@asynccontextmanager
async def stage_of(connector_class: type[Connector]) -> AsyncIterator[Stage]:
    """Start a connector; there is no platform to run."""
    connector = connector_class(AccountConfig(channel=connector_class.channel, name=ACCOUNT))
    await connector.start(None)

    async def trouble(kind: Trouble) -> None:
        raise AssertionError(f"{_NOT_DISPATCHED}, so {kind} cannot happen")

    yield Stage(connector=connector, key="v-1", texts=list, trouble=trouble)
    await connector.close()
