"""What a person needs to know who connects an account, and what examining it found."""

from __future__ import annotations

from dataclasses import dataclass

from bot.connector.replies import ErrorClass, SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionHelp:
    """An option of an account: what it is and where the platform shows it, in one sentence.

    `secret`: it is typed unseen and goes to the environment, never into `config.yml`.
    """

    name: str
    text: str
    secret: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """How an account is set up: what to do at the platform first and last, step by step, and the options.

    `{hook_url}` in a step stands for the address of the account's webhook. `refused`: what to do where
    webhooks come whose signatures are wrong.
    """

    title: str
    before: tuple[str, ...]
    options: tuple[OptionHelp, ...]
    after: tuple[str, ...] = ()
    source: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `text` says what is, and where it is not well what to do about it.

    `hint`: nothing is wrong, but there is something to know or to do. `at_start`: what is wrong is mended by
    the connector's next start with a public address.
    """

    well: bool
    text: str
    hint: bool = False
    at_start: bool = False


def explain_refusal(error: SendError | None, otherwise: str) -> str:
    """Say why a platform did not answer a question, and what to do: `otherwise`, unless that passes.

    A platform that is away, or asked too often, says nothing about keys and permissions.
    """
    if error is None:
        return otherwise
    said = error.detail.rstrip(".")
    if error.error_class is ErrorClass.RATE_LIMITED:
        wait = f"{max(int(error.retry_after.total_seconds()), 1)} seconds" if error.retry_after else "a while"
        return f"{said}. That says nothing about the set-up: look again in {wait}."
    if error.error_class is ErrorClass.TRANSIENT:
        return (
            f"{said}. That says nothing about the set-up: look whether this machine reaches the platform (a "
            "firewall, a proxy) and whether the platform works, then look again."
        )
    return f"{said}. {otherwise}"
