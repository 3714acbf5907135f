"""How an account is set up, and what is wrong with one that is silent."""

from __future__ import annotations

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.answers import Outcome
from bot.connector.fields import MAX_ID
from connectors.bluesky.api import BlueskyApi, Session
from connectors.bluesky.entities import is_machine
from connectors.bluesky.faults import UNAUTHORIZED

GUIDE = Guide(
    title="Bluesky",
    before=(
        "Sign in as the brand and open Settings, Privacy and security, App passwords, Add app password.",
        "Tick “Allow access to your direct messages”, and copy the password: it is shown once.",
        "In Settings, Privacy and security, Chat, let everybody write to the account.",
        "Label the account as a bot's (in your profile's self-labels): people have a right to know.",
    ),
    options=(
        OptionHelp(name="handle", text="The account's handle without @, as in brand.bsky.social."),
        OptionHelp(
            name="app_password", text="The app password; the account's own opens too much.", secret=True
        ),
    ),
    source="https://docs.bsky.app/docs/advanced-guides/rate-limits",
)


async def examine_account(api: BlueskyApi) -> list[Finding]:
    """Look at the password, what it opens, and how people see the account. Changes nothing."""
    me = await api.sign_in()
    if isinstance(me, Outcome):
        return [Finding(well=False, text=explain(me))]
    return [
        Finding(well=True, text=f"The app password belongs to @{me.handle[:MAX_ID]}."),
        await look_at_notifications(api),
        await look_at_chat(api),
        await look_at_label(api, me),
    ]


def explain(outcome: Outcome) -> str:
    """Say what to do about a server that does not let us in."""
    error = outcome.error
    assert error is not None
    if error.code in ("AuthenticationRequired", "AuthFactorTokenRequired", str(UNAUTHORIZED)):
        return f"Handle and app password do not fit ({error.detail}): make a new app password."
    if error.code == "RateLimitExceeded":
        return "Too many sign-ins: the server takes a few a day. Try again later."
    said = explain_refusal(error, "Make a new app password.")
    return f"The server does not let us in: {said} If you set `api_url`, is it right?"


async def look_at_notifications(api: BlueskyApi) -> Finding:
    """Tell whether mentions can be read."""
    outcome = await api.get("app.bsky.notification.listNotifications", ("limit", "1"))
    if outcome.error is None:
        return Finding(well=True, text="Mentions, answers and quotes can be read.")
    said = explain_refusal(outcome.error, "Make a new app password.")
    return Finding(well=False, text=f"Mentions cannot be read: {said}")


async def look_at_chat(api: BlueskyApi) -> Finding:
    """Tell whether direct messages can be read."""
    outcome = await api.get("chat.bsky.convo.listConvos", ("limit", "1"), chat=True)
    if outcome.error is None:
        return Finding(well=True, text="Direct messages can be read.")
    what_to_do = (
        "try again later"
        if outcome.error.error_class.retriable
        else "make an app password that allows access to them"
    )
    return Finding(well=False, text=f"Direct messages cannot be read ({outcome.error.detail}): {what_to_do}.")


async def look_at_label(api: BlueskyApi, me: Session) -> Finding:
    """Tell whether people see that the account is a machine's."""
    outcome = await api.get("app.bsky.actor.getProfile", ("actor", me.did))
    if is_machine(outcome.object):
        return Finding(well=True, text="The account is labelled as a bot's.")
    text = "The account is not labelled as a bot's: add the self-label `bot` to its profile."
    return Finding(well=False, text=text)
