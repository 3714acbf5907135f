"""How a bot is set up, and what examining it finds."""

from __future__ import annotations

import time

from bot.connector import Finding, Guide, OptionHelp, explain_refusal
from bot.connector.answers import Outcome
from bot.domain.json import Json
from connectors.telegram.api import TelegramApi
from connectors.telegram.webhook import find_recent_error, get_url, show

GUIDE = Guide(
    title="Telegram",
    before=(
        "Write to @BotFather on Telegram, send /newbot and choose a name; it answers with a token.",
        "For groups, send it /setprivacy too: with privacy off the bot sees all that is said there.",
        "For comments under a channel's posts, put the bot into the group linked to it, with privacy off.",
    ),
    options=(
        OptionHelp(name="token", text="The token: a number, a colon, letters and digits.", secret=True),
    ),
    after=("Write to the bot from a phone. With PUBLIC_URL set, the webhook is registered at start.",),
    source="https://core.telegram.org/bots/tutorial",
    refused="Another program set this bot's webhook with a secret of its own, or `secret` has changed: start "
    "the service again, which sets it.",
)
# Parts of Telegram's words, in small letters, and what to do.
REMEDIES = (
    (
        ("401", "403"),
        (
            "The webhook was registered with another `secret` than ours: start `visavis serve` again, which "
            "registers it anew, and look that no other copy of this bot runs."
        ),
    ),
    (("404", "410"), "The address leads to no account here: compare its name with `config.yml`."),
    (("429",), "Too much comes at once: it is tried again."),
    (("ssl", "certificate"), "The certificate of that address must be valid, with all that lies between."),
    (("resolve", "host"), "That name leads nowhere: look at PUBLIC_URL and the domain's DNS entry."),
    (("500", "501"), "The log of `visavis serve` says what went wrong."),
)
OTHERWISE = (
    "Look whether `visavis serve` runs, and whether a proxy or firewall lets that address through to it."
)


async def examine(api: TelegramApi, hook_url: str | None) -> list[Finding]:
    """Ask Telegram about the bot and its webhook."""
    await api.open()
    me = await api.call("getMe", {})
    findings = [judge_bot(me)]
    if findings[0].well:
        findings.append(judge_webhook(await api.call("getWebhookInfo", {}), hook_url, now=time.time()))
    return findings


def judge_bot(outcome: Outcome) -> Finding:
    """Say whose bot the token is, if it is one's."""
    if outcome.error is not None:
        what_to_do = "A token is what @BotFather gave: copy it again, or let it make a new one (/token)."
        return Finding(well=False, text=explain_refusal(outcome.error, what_to_do))
    match outcome.result:
        case {"username": str(name), "can_read_all_group_messages": True}:
            return Finding(
                well=True, text=f"The token is @{name}'s, which sees all that is said in its groups."
            )
        case {"username": str(name)}:
            return Finding(well=True, text=f"The token is @{name}'s.")
        case _:
            return Finding(well=False, text="What answers at `api_url` is not Telegram.")


def judge_webhook(outcome: Outcome, hook_url: str | None, *, now: float) -> Finding:
    """Say whether Telegram calls our webhook and gets through, or lets us ask."""
    if outcome.error is not None:
        said = explain_refusal(outcome.error, "Look again later.")
        return Finding(well=False, text=f"Telegram does not say where the webhook is: {said}")
    found = get_url(outcome.result)
    if hook_url is None:
        return judge_asking(found, outcome.result)
    if found != hook_url:
        text = "The webhook is not set: `visavis serve` registers it when it starts."
        if found:
            text = (
                f"The webhook leads to {show(found)}, so messages go there. `visavis serve` takes it over "
                "when it starts; if another program is to keep the bot, make a new one with @BotFather."
            )
        return Finding(well=False, at_start=not found, text=text)
    problem = find_recent_error(outcome.result, now=now)
    if problem is not None:
        text = f"Telegram cannot deliver to {show(hook_url)}: {problem}. {find_remedy(problem)}"
        return Finding(well=False, text=text)
    return Finding(well=True, text=f"Telegram calls {hook_url}.{say_waiting(outcome.result)}")


def find_remedy(problem: str) -> str:
    """Say what to do about a delivery that failed, by Telegram's words for it."""
    words = problem.lower()
    return next((remedy for signs, remedy in REMEDIES if any(sign in words for sign in signs)), OTHERWISE)


def judge_asking(found: str, info: Json) -> Finding:
    """Say whether a webhook keeps us from asking."""
    if found:
        return Finding(
            well=False,
            text=f"A webhook is set and leads to {show(found)}: messages go there. Set PUBLIC_URL, or "
            "`take_over_webhook: true` to take it away.",
        )
    return Finding(well=True, text=f"No webhook is set: the bot asks for messages.{say_waiting(info)}")


def say_waiting(info: Json) -> str:
    """Say how many updates wait at Telegram; nothing where none do."""
    match info:
        case {"pending_update_count": int(count)} if count > 0:
            return f" {count} updates wait there."
        case _:
            return ""
