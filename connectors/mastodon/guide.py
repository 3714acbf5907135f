"""How an account is set up, and what is wrong with one that is silent."""

from __future__ import annotations

from bot.connector import Finding, Guide, OptionHelp, SendError, explain_refusal
from bot.connector.fields import MAX_ID
from connectors.mastodon.api import MastodonApi
from connectors.mastodon.faults import FORBIDDEN, UNAUTHORIZED
from connectors.mastodon.server import (
    Account,
    ask_for_instance,
    learn_account,
    read_limits,
    read_streaming_url,
)

GUIDE = Guide(
    title="Mastodon",
    before=(
        "Sign in as the brand on its server and open Preferences, Development, New application.",
        "Give it a name of its own: what is not posted through it is the word of the brand's people.",
        (
            "Leave the scopes `read` and `write` (at least `read:accounts`, `read:notifications`, "
            "`read:statuses`, `write:media`, `write:statuses`) and save."
        ),
        "Open the application and copy its access token.",
        "In Preferences, Public profile, mark the account as automated: people have a right to know.",
    ),
    options=(
        OptionHelp(
            name="instance", text="The address of the account's server, as in https://mastodon.social."
        ),
        OptionHelp(name="token", text="The application's access token.", secret=True),
    ),
    source="https://docs.joinmastodon.org/client/token/",
)


async def examine_account(api: MastodonApi) -> list[Finding]:
    """Look at the token, what it may, the stream and the account. Changes nothing."""
    me = await learn_account(api)
    if isinstance(me, SendError):
        return [Finding(well=False, text=explain(me))]
    return [
        Finding(well=True, text=f"The token belongs to @{me.acct[:MAX_ID]}."),
        look_at_mark(me),
        look_at_application(me),
        await look_at_lists(api),
        *await look_at_server(api),
    ]


def explain(error: SendError) -> str:
    """Say what to do about a server that does not say who we are."""
    if error.code in (str(UNAUTHORIZED), str(FORBIDDEN)):
        return f"The token is refused ({error.detail}): copy it again from the application's page."
    said = explain_refusal(error, "No server of Mastodon's kind is there.")
    return f"The server does not answer as Mastodon does: {said} Is `instance` right?"


def look_at_mark(me: Account) -> Finding:
    """Tell whether people see that the account is a machine's."""
    if me.marked_as_bot:
        return Finding(well=True, text="The account is marked as automated.")
    return Finding(
        well=False, text="The account is not marked as automated: do so in Preferences, Public profile."
    )


def look_at_application(me: Account) -> Finding:
    """Tell whether the word of the brand's people can be told from the bot's."""
    if me.app:
        return Finding(
            well=True, text=f"What is not posted through “{me.app[:MAX_ID]}” is the brand's people's."
        )
    return Finding(
        well=False,
        text="The server does not name the token's application: what the brand's people post elsewhere does "
        "not silence the bot.",
    )


async def look_at_lists(api: MastodonApi) -> Finding:
    """Tell whether mentions can be read."""
    outcome = await api.get("/api/v1/notifications", (("limit", "1"),))
    if outcome.error is None:
        return Finding(well=True, text="Mentions can be read.")
    return Finding(
        well=False,
        text="Mentions cannot be read: "
        + explain_refusal(
            outcome.error, "The token needs the scopes `read:notifications` and `read:statuses`."
        ),
    )


async def look_at_server(api: MastodonApi) -> list[Finding]:
    """Tell the server's limits, and whether it streams."""
    instance = await ask_for_instance(api)
    limits = read_limits(instance.object)
    found = [Finding(well=True, text=f"A post may have {limits.characters} characters.")]
    url = read_streaming_url(instance.object, api.base_url)
    if await api.reaches(f"{url}/api/v1/streaming/health"):
        return [*found, Finding(well=True, text="The server streams: answers come at once.")]
    return [
        *found,
        Finding(
            well=False, text="The server's stream does not answer: it is asked every quarter of a minute."
        ),
    ]
