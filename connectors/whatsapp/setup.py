"""Setting a number up, and finding out why nothing comes in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.connector import ErrorClass, Finding, Guide, OptionHelp, SendError, explain_refusal
from bot.connector.answers import Outcome
from bot.connector.meta.fields import get_id, get_object, get_url
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.setup import find_hooks, list_fields, same_hook
from bot.connector.meta.webhook import read_app_secrets
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.payload import OBJECT
from connectors.whatsapp.reading import get_name, get_objects

DASHBOARD = "developers.facebook.com > My Apps > your app"
SETTINGS = f"{DASHBOARD} > WhatsApp > Configuration"
SCOPE = "whatsapp_business_messaging"
NUMBER_FIELDS = "display_phone_number,verified_name,status,quality_rating,webhook_configuration"
NEVER = "0"  # how Meta writes when a token expires that does not
# The first that is set counts.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
HOOKS = ("phone_number", "whatsapp_business_account", "application")

APP = f"""\
At {DASHBOARD} add the product WhatsApp (the app is of the type Business), and under WhatsApp > API Setup \
the phone number."""
SYSTEM_USER = """\
At business.facebook.com > Settings > System users make a system user, give it the app and the WhatsApp \
account with full control, and generate a token that never expires, with the permissions \
whatsapp_business_messaging and whatsapp_business_management."""
ADDRESS = f"""\
Start the service: where the app has no webhook, it has Meta call {{hook_url}} for the fields messages and \
smb_message_echoes, and tell it what comes to the account. A webhook that leads elsewhere is left as it is: \
change its address at {SETTINGS}, with your verify token, while the service runs."""

GUIDE = Guide(
    title="WhatsApp (Cloud API)",
    before=(APP, SYSTEM_USER),
    options=(
        OptionHelp(name="access_token", text="The system user's token.", secret=True),
        OptionHelp(name="app_secret", text="App settings > Basic > App secret.", secret=True),
        OptionHelp(
            name="verify_token",
            text="A word of your own that nobody guesses; Meta shows it when it asks for our address.",
            secret=True,
        ),
        OptionHelp(
            name="phone_number_id", text="WhatsApp > API Setup > Phone number ID; not the number itself."
        ),
        OptionHelp(
            name="waba_id", text="WhatsApp > API Setup > WhatsApp Business Account ID.", required=False
        ),
    ),
    after=(ADDRESS,),
    source="https://developers.facebook.com/documentation/business-messaging/whatsapp/get-started",
    refused="Often `app_secret` is another app's: copy it anew from App settings > Basic of the app whose "
    "webhook leads here. Where the word of the webhook is refused, enter your `verify_token` there.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one question finds out that the next one needs."""

    app_id: str = ""
    waba_id: str = ""


async def examine(
    api: GraphApi, options: Mapping[str, str], hook_url: str | None, earlier: Collection[str] = ()
) -> list[Finding]:
    """Ask Meta for everything that has to be right, and say what is not. `earlier`: where we were before."""
    outcome, known = await ask_token(api, options)
    waba_id = options.get("waba_id") or known.waba_id
    number, comes = await examine_number(api, options.get("phone_number_id", ""), hook_url, earlier)
    account = await examine_account(api, waba_id, known.app_id)
    fields = await examine_fields(api, known.app_id, options.get("app_secret", ""), hook_url)
    findings = [judge_token(outcome), *number, account, fields]
    if comes and known.app_id and waba_id:
        return findings
    return [replace(finding, at_start=False) for finding in findings]  # a start changes nothing then


async def ask_token(api: GraphApi, options: Mapping[str, str]) -> tuple[Outcome, Known]:
    """Ask what the token may do, and whose it is."""
    outcome = await api.get("debug_token", {"input_token": options.get("access_token", "")})
    data = get_object(as_object(outcome.result), "data")
    return outcome, Known(app_id=get_id(data, "app_id"), waba_id=find_account(data))


def judge_token(outcome: Outcome) -> Finding:
    """Say whether the token can be used."""
    if outcome.error is not None and outcome.error.error_class is ErrorClass.AUTH:
        return bad(f"The access token is not accepted ({say(outcome.error)}). Generate a new one.")
    if outcome.error is not None:
        what_to_do = "Generate a new token, and copy it whole."
        text = f"Meta does not say what the token may do: {explain_refusal(outcome.error, what_to_do)}"
        return bad(text)
    data = get_object(as_object(outcome.result), "data")
    if data.get("is_valid") is not True:
        return bad("The access token is not valid any more. Generate a new one.")
    scopes = data.get("scopes")
    if not isinstance(scopes, list) or SCOPE not in scopes:
        return bad(f"The access token lacks the permission {SCOPE}. Generate one that has it.")
    if get_id(data, "expires_at") not in ("", NEVER):
        return bad("The access token expires: use a system user's, which does not.")
    return good("The access token is valid and may send messages.")


def find_account(data: JsonObject) -> str:
    """Return the business account that a token is for, where it is for one alone."""
    granted = [each for each in get_objects(data, "granular_scopes") if each.get("scope") == SCOPE]
    targets = granted[0].get("target_ids") if granted else None
    return str(targets[0]) if isinstance(targets, list) and len(targets) == 1 else ""


async def examine_number(
    api: GraphApi, number_id: str, hook_url: str | None, earlier: Collection[str]
) -> tuple[list[Finding], bool]:
    """Ask how the phone number is, and whether messages to it are sent here, or will be after a start."""
    outcome = await api.get(number_id, {"fields": NUMBER_FIELDS})
    if outcome.error is not None:
        what_to_do = (
            "Copy the ID, not the number, from WhatsApp > API Setup; the token must be for its account."
        )
        text = f"`phone_number_id` cannot be read: {explain_refusal(outcome.error, what_to_do)}"
        return [bad(text)], False
    number = as_object(outcome.result)
    name = get_name(number, "display_phone_number") or "The number"
    hook = judge_hook(number, hook_url, earlier)
    findings = [judge_status(name, get_id(number, "status")), hook]
    if get_id(number, "quality_rating") == "RED":
        text = f"{name} has a low quality rating: people block or report it. Meta may limit what it sends."
        findings.append(bad(text))
    return findings, hook.well or hook.at_start


def judge_status(name: str, status: str) -> Finding:
    """Say whether a number can be used."""
    if status in ("CONNECTED", ""):
        return good(f"{name} is connected.")
    return bad(f"{name} is {status}, not CONNECTED: see WhatsApp Manager > Phone numbers.")


def judge_hook(number: JsonObject, hook_url: str | None, earlier: Collection[str]) -> Finding:
    """Say whether messages come here."""
    if hook_url is None:
        return bad("There is no public address (PUBLIC_URL): Meta cannot call us.")
    found = find_hook(number)
    if not found:
        text = (
            f"No webhook is set. The service sets it at each start with `waba_id`, and must be reached at "
            f"{hook_url} then; else enter that at {SETTINGS}."
        )
        return Finding(well=False, at_start=True, text=text)
    if found in earlier and found == get_url(get_object(number, "webhook_configuration"), HOOKS[-1]):
        text = "Messages go to our address of before. Each start with a public address leads it on."
        return Finding(well=False, at_start=True, text=text)
    if not same_hook(found, hook_url):
        return bad(f"Messages go to another address: change it to {hook_url}, or use another number.")
    return good("Messages to the number are sent to this service.")


def find_hook(number: JsonObject) -> str:
    """Return the address that a number's messages are sent to; empty where there is none."""
    hooks = get_object(number, "webhook_configuration")
    return next((url for name in HOOKS if (url := get_url(hooks, name))), "")


async def examine_account(api: GraphApi, waba_id: str, app_id: str) -> Finding:
    """Ask whether the business account tells our app of its messages, any app where ours is not known."""
    if not waba_id:
        text = "Set `waba_id`, and this looks whether the account tells our app of its messages, too."
        return Finding(well=True, hint=True, text=text)
    outcome = await api.get(f"{waba_id}/subscribed_apps", {})
    if outcome.error is not None:
        what_to_do = "Is `waba_id` the business account's, and has the token whatsapp_business_management?"
        text = f"The account's subscriptions cannot be read: {explain_refusal(outcome.error, what_to_do)}"
        return bad(text)
    told = find_told(outcome)
    if not told or (app_id and app_id not in told):
        text = (
            "The business account does not tell our app of its messages. Each start with a public address "
            f"asks for it; where that does not help: POST /{waba_id}/subscribed_apps with the access token, "
            "at developers.facebook.com/tools/explorer or by curl."
        )
        return Finding(well=False, at_start=True, text=text)
    return good("The business account tells our app of its messages.")


def find_told(outcome: Outcome) -> set[str]:
    """Return the ids of the apps that a business account tells of its messages."""
    return {get_id(get_object(each, "whatsapp_business_api_data"), "id") for each in list_data(outcome)}


async def examine_fields(api: GraphApi, app_id: str, app_secret: str, hook_url: str | None) -> Finding:
    """Ask which events the app is told of; what a webhook of ours lacks is asked for at each start."""
    if not app_id:
        return bad("Which app the token is of is not known, so neither is what it is told of: see the token.")
    outcome = await api.get(f"{app_id}/subscriptions", {}, token=make_app_token(app_id, app_secret))
    if outcome.error is not None:
        what_to_do = (
            "`app_secret` is not the app's, so all that Meta sends is refused here: copy it from App "
            "settings > Basic."
        )
        text = f"Meta does not say what the app is told of: {explain_refusal(outcome.error, what_to_do)}"
        return bad(text)
    hooks = find_hooks(outcome, OBJECT)
    told = list_fields(hooks)
    is_ours = bool(hooks) and get_url(hooks[0], "callback_url") == hook_url
    if "messages" not in told:
        text = f"The app is not told of messages: subscribe to that field at {SETTINGS}."
        return Finding(well=False, at_start=not hooks or is_ours, text=text)
    if "smb_message_echoes" not in told and is_ours:
        text = (
            "of what staff write in the WhatsApp Business app: each start asks for that (smb_message_echoes)."
        )
        return Finding(
            well=True, hint=True, at_start=True, text=f"The app is told of messages, but not {text}"
        )
    if "smb_message_echoes" not in told:
        text = "Where staff also write in the WhatsApp Business app, subscribe to smb_message_echoes, too."
        return good(f"The app is told of messages. {text}")
    return good("The app is told of messages, and of what staff write in the WhatsApp Business app.")


def make_app_token(app_id: str, app_secret: str) -> str:
    """Return the token of an app itself; of two secrets the newest counts."""
    secrets = read_app_secrets(app_secret)
    return f"{app_id}|{secrets[0].decode() if secrets else ''}"


def good(text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(well=True, text=text)


def bad(text: str) -> Finding:
    """Say that something is not, and what to do."""
    return Finding(well=False, text=text)


def say(error: SendError) -> str:
    """Say why not, in Meta's words."""
    return error.detail


def as_object(value: Json) -> JsonObject:
    """Return an answer that is an object, an empty one for any other."""
    return value if isinstance(value, Mapping) else {}


def list_data(outcome: Outcome) -> list[JsonObject]:
    """Return the objects of an answer that is a list."""
    return get_objects(as_object(outcome.result), "data")
