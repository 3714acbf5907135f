"""What becomes of answers in a web chat whose visitor has gone, said for whoever sets accounts up. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.connector import Finding
from bot.service.answer_by_mail import CHAT, MAIL, NEVER

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.connector import AccountConfig

_WAITS = "an answer that its visitor does not see waits in the chat until they come back in that browser"
_STAYS = f"A{_WAITS[1:]}"


def judge_mail(chat: AccountConfig, accounts: Collection[AccountConfig]) -> list[Finding]:
    """Say whether answers are mailed to visitors who left an address; nothing for accounts of other channels.

    `accounts` are all that are on.
    """
    if chat.channel != CHAT:
        return []
    mailers = sorted(each.name for each in accounts if each.channel == MAIL)
    named = chat.options.get("mail_account", "")
    if named == NEVER:
        return [Finding(well=True, text=f"`mail_account` is `none`: {_WAITS}; nothing is mailed.")]
    if named and named not in mailers:
        return [_tell_wrong(named, mailers)]
    if named or len(mailers) == 1:
        mailer = named or mailers[0]
        text = f"What a visitor who left an address does not see is mailed by the e-mail account `{mailer}`."
        return [Finding(well=True, text=text)]
    if mailers:
        which = " or ".join(f"`{each}`" for each in mailers)
        return [
            _hint(
                f"{_STAYS}: set `mail_account` to {which}, and it is mailed to the address they left; or to "
                "`none`, if nothing is to be mailed."
            )
        ]
    return [
        _hint(
            f"{_STAYS}. To mail it to the address they left, set up an account of e-mail: `visavis channels "
            "connect email`. If nothing is to be mailed, set `mail_account: none`."
        )
    ]


def _hint(text: str) -> Finding:
    return Finding(well=True, hint=True, text=text)


def _tell_wrong(named: str, mailers: Collection[str]) -> Finding:
    there = f"there is {', '.join(f'`{each}`' for each in mailers)}" if mailers else "there is none"
    text = (
        f"`mail_account` names `{named}`, which is no e-mail account that is on ({there}): nothing is "
        "mailed. Correct the name, or set that account up: `visavis channels connect email`."
    )
    return Finding(well=False, text=text)
