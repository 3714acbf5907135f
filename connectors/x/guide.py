"""How an account is set up, and what examining it finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.answers import Outcome
from connectors.x.api import Call, XApi
from connectors.x.reading import take_id, take_text
from connectors.x.upload import get_data
from connectors.x.webhook import (
    SUBSCRIPTIONS,
    WANTED,
    WEBHOOKS,
    find_ours,
    find_told,
    list_data,
    list_ids,
)

GUIDE = Guide(
    title="X (Twitter)",
    before=(
        "Open console.x.com with the brand's account and make an app in a project; X bills calls by use.",
        "User authentication settings: permission 'Read and write and Direct message', type 'Web app, bot'.",
        "Only then make the access token and its secret: a token keeps the permissions it was made with.",
        "Automated accounts have to say so: Settings > Your account > Automation.",
    ),
    options=(
        OptionHelp(name="consumer_key", text="The app's API key, from 'Keys and tokens'.", secret=True),
        OptionHelp(
            name="consumer_secret", text="The app's API key secret, shown once beside the key.", secret=True
        ),
        OptionHelp(
            name="access_token", text="The account's access token: it begins with the user id.", secret=True
        ),
        OptionHelp(name="access_token_secret", text="The access token's secret.", secret=True),
        OptionHelp(
            name="app_id",
            text="The app's number: with it, what we sent ourselves is known without a look.",
            required=False,
        ),
    ),
    after=(
        "With a public address each start registers {hook_url} and subscribes the account.",
        "Only where X calls another service for this app, register it by hand: POST /2/webhooks, `url`: it.",
        "Mention the account from another one.",
    ),
    source="https://docs.x.com/x-api/webhooks/quickstart",
    refused="Often the consumer secret is another app's: copy it anew from the developer portal, app, Keys "
    "and tokens.",
)


async def examine(api: XApi, options: Mapping[str, str], user_id: str, hook_url: str | None) -> list[Finding]:
    """Ask X who we are, and where it sends what happens."""
    findings = [judge_user(await api.get("/2/users/me"), user_id)]
    if not (options.get("consumer_key") and options.get("consumer_secret")):
        text = "Set `consumer_key` and `consumer_secret`: without them X's webhook cannot be looked at."
        return [*findings, Finding(well=False, text=text)]
    if hook_url is None:
        text = "There is no public address: mentions and messages are asked for, every 75 seconds."
        return [*findings, Finding(well=True, text=text)]
    hooks = await api.call_as_app(Call(method="GET", path=WEBHOOKS))
    findings.append(judge_webhook(hooks, hook_url))
    if findings[-1].well:
        told = await api.call_as_app(Call(method="GET", path=SUBSCRIPTIONS))
        hook_ids = list_ids(find_ours(list_data(hooks.result), hook_url))
        findings.append(judge_subscriptions(told, user_id, hook_ids))
    return findings


def judge_user(outcome: Outcome, user_id: str) -> Finding:
    """Say whether the tokens are the account's."""
    if outcome.error is not None:
        what_to_do = (
            "Make the access token and its secret anew in the app, after its permissions were set, and copy "
            "all four whole. A clock that is minutes off makes X refuse them, too."
        )
        said = explain_refusal(outcome.error, what_to_do)
        return Finding(well=False, text=f"X does not say whose tokens these are: {said}")
    user = get_data(outcome.result)
    name, found = take_text(user.get("username")), take_id(user.get("id"))
    if user_id and found != user_id:
        text = f"The tokens are those of @{name}, user id {found}: set `user_id` to it, or take others."
        return Finding(well=False, text=text)
    return Finding(well=True, text=f"X accepts the tokens: the account is @{name}.")


def judge_webhook(outcome: Outcome, hook_url: str) -> Finding:
    """Say whether X calls our address, and believes in it."""
    if outcome.error is not None:
        said = explain_refusal(outcome.error, "Are `consumer_key` and `consumer_secret` this app's?")
        return Finding(well=False, text=f"The app's webhooks could not be read: {said}")
    known = list_data(outcome.result)
    ours = find_ours(known, hook_url)
    if not ours and known:
        text = (
            f"X calls other addresses for this app, and not {hook_url}: register it with POST /2/webhooks "
            "and the app's bearer token. The next start subscribes the account."
        )
        return Finding(well=False, text=text)
    if not ours:
        text = (
            f"X does not call {hook_url}: each start of `visavis serve` registers it. X must reach it then."
        )
        return Finding(well=False, at_start=True, text=text)
    if ours[0].get("valid") is not True:
        text = (
            "X calls us no more, since a challenge was not answered in time or with another "
            "`consumer_secret`: each start of `visavis serve` has X ask again (PUT /2/webhooks/ and its id)."
        )
        return Finding(well=False, at_start=True, text=text)
    return Finding(well=True, text="X calls our address.")


def judge_subscriptions(outcome: Outcome, user_id: str, hook_ids: Collection[str]) -> Finding:
    """Say whether X tells us of mentions, replies and messages."""
    if outcome.error is not None:
        said = explain_refusal(outcome.error, "Does the app have access to the Activity API?")
        return Finding(well=False, text=f"The subscriptions could not be read: {said}")
    told = find_told(outcome.result, user_id, hook_ids)
    missing = [name for name in WANTED if name not in told]
    if missing:
        text = (
            f"X does not tell us of {', '.join(missing)}: each start subscribes to them. Where that does not "
            "help, the log says why."
        )
        return Finding(well=False, at_start=True, text=text)
    extra = (
        "" if "chat.received" in told else " Encrypted chats stay unseen: subscribe to chat.received, too."
    )
    return Finding(well=True, text=f"X tells us of mentions, replies and direct messages.{extra}")
