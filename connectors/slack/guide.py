"""How an account is set up, and what examining it finds."""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from connectors.slack.api import SlackApi

GUIDE = Guide(
    title="Slack",
    before=(
        "Open api.slack.com/apps, Create New App, From scratch, and choose the workspace.",
        "OAuth & Permissions > Bot Token Scopes: app_mentions:read, chat:write, im:history, im:write.",
        "And channels:history, groups:history, reactions:read, files:read, files:write, users:read.",
        "App Home: let users send messages from the messages tab. Then Install App.",
    ),
    options=(
        OptionHelp(
            name="token",
            text="OAuth & Permissions > Bot User OAuth Token, which begins with xoxb-.",
            secret=True,
        ),
        OptionHelp(
            name="signing_secret", text="Basic Information > App Credentials > Signing Secret.", secret=True
        ),
        OptionHelp(
            name="staff",
            text="Member ids (U…) of the brand's people: what they write in a thread silences the bot.",
            required=False,
        ),
    ),
    after=(
        "Event Subscriptions: Request URL {hook_url}.",
        "Subscribe there to app_mention, message.im, message.channels, message.groups,",
        "reaction_added and reaction_removed.",
        "Interactivity & Shortcuts: the same address.",
        "Invite the app to the channels it is to answer in: /invite @app.",
    ),
    source="https://docs.slack.dev/apis/events-api",
    refused="Often `signing_secret` is another app's: copy it anew from Basic Information. A clock that is "
    "wrong by five minutes is refused, too.",
)

NEEDED: Mapping[str, str] = {
    "chat:write": "nothing can be answered",
    "im:history": "direct messages do not come in",
}
USEFUL: Mapping[str, str] = {
    "app_mentions:read": "mentions in channels do not come in",
    "im:write": "nobody can be written to in private first",
    "channels:history": "talks in public channels go on only by mentions",
    "reactions:read": "reactions do not come in",
    "files:read": "files that people send cannot be fetched",
    "files:write": "files cannot be sent",
    "users:read": "people have no names, only ids",
}


async def examine(api: SlackApi, hook_url: str | None) -> list[Finding]:
    """Ask Slack about the token, and what it may do."""
    outcome = await api.ask("auth.test", {})
    if outcome.error is not None:
        what_to_do = "Copy the Bot User OAuth Token again; where it was revoked, install the app once more."
        said = explain_refusal(outcome.error, what_to_do)
        return [Finding(well=False, text=f"The token could not be tried: {said}")]
    known = outcome.result if isinstance(outcome.result, Mapping) else {}
    team, user = str(known.get("team"))[:80], str(known.get("user"))[:80]
    findings = [Finding(well=True, text=f"Slack accepts the token: {user} in the workspace {team}.")]
    if not known.get("bot_id"):
        text = "The token is a person's: take the Bot User OAuth Token, which begins with xoxb-."
        findings.append(Finding(well=False, text=text))
    return [*findings, *judge_scopes(api.scopes), judge_hook(hook_url)]


def judge_scopes(scopes: frozenset[str] | None) -> list[Finding]:
    """Say which scopes the token lacks, and what does not work without them."""
    if scopes is None:
        return []
    way = "add it under OAuth & Permissions, and install the app again"
    lacking = [
        Finding(well=False, text=f"The token lacks the scope {scope}: {lost}; {way}.")
        for scope, lost in {**NEEDED, **USEFUL}.items()
        if scope not in scopes
    ]
    return lacking or [Finding(well=True, text="The token has the scopes that are needed.")]


def judge_hook(hook_url: str | None) -> Finding:
    """Say what is known of our address: an app's settings cannot be asked with its token."""
    if hook_url is None:
        return Finding(
            well=False, text="We have no public address: set PUBLIC_URL, or Slack cannot reach us."
        )
    return Finding(
        well=True,
        hint=True,
        text="Slack does not tell its apps' addresses. Event Subscriptions and Interactivity must both have "
        f"{hook_url}; Slack shows Verified beside it. If it does not, `signing_secret` is another app's, or "
        "this machine's clock is more than five minutes off.",
    )
