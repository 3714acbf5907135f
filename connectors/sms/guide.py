"""How an account is set up, and what examining it finds."""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.answers import Outcome
from bot.domain.json import Json, JsonObject
from connectors.sms.api import TwilioApi, list_items

GUIDE = Guide(
    title="Text messages (Twilio)",
    before=(
        "Open console.twilio.com; the account's page shows its SID and its auth token.",
        "Buy a number that can send text messages (Phone Numbers > Manage), or make a messaging service.",
    ),
    options=(
        OptionHelp(
            name="account_sid", text="The account's SID, which begins with AC, from the console's first page."
        ),
        OptionHelp(name="auth_token", text="The account's auth token, from the same page.", secret=True),
        OptionHelp(name="from", text="The number to send from, with + and country code.", required=False),
        OptionHelp(
            name="messaging_service",
            text="Or the SID of a messaging service, which begins with MG and chooses the number.",
            required=False,
        ),
    ),
    after=(
        "Active numbers > the number > Messaging: set 'A message comes in' to {hook_url}, HTTP POST.",
        "With a messaging service, set the same there: Integration > Send a webhook.",
        "Write to the number from a phone.",
    ),
    source="https://www.twilio.com/docs/messaging/guides/webhook-request",
)


async def examine(api: TwilioApi, options: Mapping[str, str], hook_url: str | None) -> list[Finding]:
    """Ask Twilio about the account, and about the number or the service."""
    account = await api.get_account()
    findings = [judge_account(account)]
    if not findings[0].well:
        return findings
    service, number = options.get("messaging_service"), options.get("from")
    if service:
        findings.append(judge_service(await api.get_service(service), hook_url))
    elif number:
        findings.extend(judge_number(await api.find_number(number), hook_url))
    return findings


def judge_account(outcome: Outcome) -> Finding:
    """Say whether the credentials are right, and the account is active."""
    if outcome.error is not None:
        what_to_do = "Copy the account's SID and its auth token again from the console's first page."
        said = explain_refusal(outcome.error, what_to_do)
        return Finding(well=False, text=f"The account could not be read: {said}")
    account = as_object(outcome.result)
    status = str(account.get("status"))[:40]
    if status != "active":
        return Finding(well=False, text=f"Twilio says that the account is {status}: see its console.")
    trial = (
        " It is a trial account: it writes to verified numbers only."
        if account.get("type") == "Trial"
        else ""
    )
    return Finding(well=True, text=f"Twilio accepts the credentials, and the account is active.{trial}")


def judge_number(outcome: Outcome, hook_url: str | None) -> list[Finding]:
    """Say whether the number is ours, can send texts, and calls our webhook."""
    if outcome.error is not None:
        said = explain_refusal(outcome.error, "Write `from` with + and country code.")
        return [Finding(well=False, text=f"The number could not be looked up: {said}")]
    numbers = list_items(outcome.result, "incoming_phone_numbers")
    if not numbers:
        text = "The account has no such number: set `from` to one of Phone Numbers > Active numbers."
        return [Finding(well=False, text=text)]
    number = numbers[0]
    can = as_object(number.get("capabilities"))
    findings = [
        Finding(well=True, text="The number can send text messages.")
        if can.get("sms") is True
        else Finding(
            well=False, text="The number cannot send text messages: choose one with the SMS capability."
        )
    ]
    if can.get("sms") is True and can.get("mms") is not True:
        text = "The number sends no files (MMS): set `links_only: true`, and addresses are written instead."
        findings.append(Finding(well=True, text=text))
    method = str(number.get("sms_method") or "POST")
    return [*findings, judge_hook(number.get("sms_url"), method, hook_url)]


def judge_service(outcome: Outcome, hook_url: str | None) -> Finding:
    """Say whether the messaging service is there, and calls our webhook."""
    if outcome.error is not None:
        what_to_do = "Copy its SID from Messaging > Services: it begins with MG."
        said = explain_refusal(outcome.error, what_to_do)
        return Finding(well=False, text=f"The messaging service could not be read: {said}")
    service = as_object(outcome.result)
    if service.get("use_inbound_webhook_on_number") is True:
        text = "The messaging service leaves incoming messages to its numbers: set the address at each."
        return Finding(well=True, text=text)
    return judge_hook(
        service.get("inbound_request_url"), str(service.get("inbound_method") or "POST"), hook_url
    )


def judge_hook(found: Json, method: str, hook_url: str | None) -> Finding:
    """Say whether Twilio calls our address for incoming messages."""
    if hook_url is None:
        return Finding(
            well=False, text="We have no public address: set PUBLIC_URL, or Twilio cannot reach us."
        )
    if found != hook_url:
        where = "no address" if not found else "another address"
        return Finding(
            well=False,
            text=f"Twilio calls {where} for incoming messages: set 'A message comes in' to {hook_url}.",
        )
    if method.upper() != "POST":
        return Finding(well=False, text="Twilio calls our address by GET: set HTTP POST beside it.")
    return Finding(well=True, text="Incoming messages come to our webhook.")


def as_object(value: Json) -> JsonObject:
    """Return an object, an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}
