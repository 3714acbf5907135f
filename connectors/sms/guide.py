"""How an account is set up, and what examining it finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.answers import Outcome
from bot.domain.json import Json, JsonObject
from connectors.sms.api import TwilioApi
from connectors.sms.webhook import Leads, Setting, pick_number, read_number, read_service, show

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
        "Incoming messages are led to {hook_url} at each start, unless they go elsewhere.",
        "If they do: Active numbers > the number > Messaging > A message comes in: that address, HTTP POST.",
        "With a messaging service that does: Integration > Send a webhook: the same.",
        "Write to the number from a phone.",
    ),
    source="https://www.twilio.com/docs/messaging/guides/webhook-request",
    refused="Twilio signs the address it calls: behind a proxy PUBLIC_URL has to be that very address, https "
    "and all. If it is, `auth_token` is an older one, or another account's.",
)


async def examine(
    api: TwilioApi, options: Mapping[str, str], hook_url: str | None, earlier: Collection[str] = ()
) -> list[Finding]:
    """Ask Twilio about the account, and about the number or the service. `earlier`: where we were before."""
    account = await api.get_account()
    findings = [judge_account(account)]
    if not findings[0].well:
        return findings
    service, number = options.get("messaging_service"), options.get("from")
    if service:
        findings.append(judge_service(await api.get_service(service), hook_url, earlier))
    elif number:
        findings.extend(judge_number(await api.find_number(number), number, hook_url, earlier))
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


def judge_number(
    outcome: Outcome, wanted: str, hook_url: str | None, earlier: Collection[str]
) -> list[Finding]:
    """Say whether the number is ours, can send texts, and calls our webhook."""
    if outcome.error is not None:
        said = explain_refusal(outcome.error, "Write `from` with + and country code.")
        return [Finding(well=False, text=f"The number could not be looked up: {said}")]
    number = pick_number(outcome.result, wanted)
    if number is None:
        text = "The account has no such number: set `from` to one of Phone Numbers > Active numbers."
        return [Finding(well=False, text=text)]
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
    return [*findings, judge_hook(read_number(number), hook_url, earlier)]


def judge_service(outcome: Outcome, hook_url: str | None, earlier: Collection[str]) -> Finding:
    """Say whether the messaging service is there, and calls our webhook."""
    if outcome.error is not None:
        what_to_do = "Copy its SID from Messaging > Services: it begins with MG."
        said = explain_refusal(outcome.error, what_to_do)
        return Finding(well=False, text=f"The messaging service could not be read: {said}")
    setting = read_service(outcome.object)
    if setting is None:
        text = "The messaging service leaves incoming messages to its numbers: set the address at each."
        return Finding(well=True, text=text)
    return judge_hook(setting, hook_url, earlier)


def judge_hook(setting: Setting, hook_url: str | None, earlier: Collection[str]) -> Finding:
    """Say whether Twilio calls our address for incoming messages."""
    if hook_url is None:
        return Finding(
            well=False, text="We have no public address: set PUBLIC_URL, or Twilio cannot reach us."
        )
    by_hand = f"set 'A message comes in' to {hook_url}"
    at_start = "`visavis serve` sets ours when it starts"
    match setting.find_lead(hook_url, earlier):
        case Leads.HERE:
            return Finding(well=True, text="Incoming messages come to our webhook.")
        case Leads.HERE_BY_GET:
            text = "Twilio calls our address by GET: `visavis serve` sets HTTP POST when it starts."
            return Finding(well=False, at_start=True, text=text)
        case Leads.NOWHERE:
            what = "no address" if not setting.url else "its own demo"
            text = f"Twilio calls {what} for incoming messages: {at_start}; or {by_hand}."
            return Finding(well=False, at_start=True, text=text)
        case Leads.BEFORE:
            text = f"Twilio calls our address of before ({show(setting)}): {at_start}; or {by_hand}."
            return Finding(well=False, at_start=True, text=text)
        case Leads.ELSEWHERE:
            what = "an application (TwiML App)" if setting.by_app else "another address"
            text = f"Twilio calls {what} for incoming messages, which is left alone: {by_hand}."
            return Finding(well=False, text=text)


def as_object(value: Json) -> JsonObject:
    """Return an object, an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}
