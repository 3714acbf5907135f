"""The fake X's webhooks and subscriptions: whom it calls, and of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.x_checks import Refusal, check_fields, is_signed

if TYPE_CHECKING:
    from aiohttp import web

    from tests.fakes.x import FakeX

PRIVATE = ("dm.", "chat.", "oauth.")  # an app's own token is not enough for these
Answer = tuple[int, Any]


async def get_webhooks(fake: FakeX, _: web.Request) -> Answer:
    return 200, {"data": fake.webhooks, "meta": {"result_count": len(fake.webhooks)}}


async def create_webhook(fake: FakeX, request: web.Request) -> Answer:
    body = await request.json()
    check_fields(body, {"url"})
    if any(hook["url"] == body["url"] for hook in fake.webhooks):
        raise refuse("DuplicateUrlFailed")
    if len(fake.webhooks) >= fake.webhooks_max:
        raise refuse("WebhookLimitExceeded")
    if not await fake.challenge(body["url"]):
        raise refuse("CrcValidationFailed")
    made = {"id": fake.next_id(), "url": body["url"], "valid": True, "created_at": "2026-01-31T12:00:00.000Z"}
    fake.webhooks.append(made)
    return 200, {"data": made}


async def validate_webhook(fake: FakeX, request: web.Request) -> Answer:
    hook = next((hook for hook in fake.webhooks if hook["id"] == request.match_info["hook"]), None)
    if hook is None:
        raise refuse("WebhookIdInvalid")
    hook["valid"] = await fake.challenge(hook["url"])
    if not hook["valid"]:
        raise refuse("CrcValidationFailed")
    return 200, {"data": {"valid": True}}


async def get_subscriptions(fake: FakeX, _: web.Request) -> Answer:
    return 200, {"data": fake.subscriptions, "meta": {"result_count": len(fake.subscriptions)}}


async def create_subscription(fake: FakeX, request: web.Request) -> Answer:
    """Subscribe; what is private only in the name of the user whom it is about."""
    body = await request.json()
    check_fields(body, {"event_type", "filter", "webhook_id"})
    check_fields(body["filter"], {"user_id"})
    event = body["event_type"]
    as_app = request.headers.get("Authorization") == "Bearer app-token"
    if not is_signed(request) and not as_app:
        raise Refusal(401, "Unauthorized", "Unauthorized")
    if event in fake.untold or (as_app and event.startswith(PRIVATE)):
        raise Refusal(403, "Forbidden", "This event needs a user's authorization, or another plan.")
    if body["webhook_id"] not in [hook["id"] for hook in fake.webhooks]:
        raise refuse("WebhookIdInvalid")
    if any((each["event_type"], each["filter"]) == (event, body["filter"]) for each in fake.subscriptions):
        raise Refusal(409, "Conflict", "There is such a subscription.")
    made = {"subscription_id": fake.next_id(), **body}
    fake.subscriptions.append(made)
    return 200, {"data": {"subscription": made}, "meta": {"total_subscriptions": len(fake.subscriptions)}}


def refuse(reason: str) -> Refusal:
    """Return X's refusal of an address."""
    return Refusal(
        400, "Invalid Request", f"{reason}: one or more parameters were invalid.", "invalid-request"
    )


def find_told(fake: FakeX, event: str) -> list[str]:
    """Return the addresses that are told of an event."""
    ids = [each["webhook_id"] for each in fake.subscriptions if each["event_type"] == event]
    return [hook["url"] for hook in fake.webhooks if hook["id"] in ids and hook["valid"]]
