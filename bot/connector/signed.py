"""Base of connectors that programs write to: open or signed accounts, which may be called back."""

from __future__ import annotations

from typing_extensions import override

from bot.connector.callbacks import CallbackApi
from bot.connector.egress import find_url_problem
from bot.connector.events import AccountConfig, InboundRequest
from bot.connector.media import MediaAddress
from bot.connector.quiet import Quiet
from bot.connector.signatures import check_signature, read_secrets
from bot.domain.message import Attachment

_ANY_HOST = frozenset({"*"})


class Signed(Quiet):
    """One account with the options `open`, `secret` and `allow_internal`. Without a key all is refused."""

    def __init__(self, account: AccountConfig, *, keys: tuple[bytes, ...], api: CallbackApi | None) -> None:
        """Hold the account. `keys` are its secret's, first the one that signs; `api` calls back."""
        self.account = account
        self._keys, self._api = keys, api

    def verify(self, request: InboundRequest) -> None:
        """Accept signed requests, or any where the account says `open` and has no secret."""
        if self.account.flag("open") and not self.account.options.get("secret"):
            return
        check_signature(request.headers, request.body, keys=self._keys, now=request.received_at)

    async def locate(self, attachment: Attachment) -> MediaAddress:
        """Return where a caller says that a file lies: anywhere on the public internet."""
        return MediaAddress(url=attachment.ref, hosts=_ANY_HOST)

    @override
    async def start(self, hook_url: str | None) -> None:
        """Open the session for call-backs."""
        if self._api is not None:
            await self._api.open()

    @override
    async def close(self) -> None:
        """Close it."""
        if self._api is not None:
            await self._api.close()


def find_access_problems(account: AccountConfig) -> list[str]:
    """Say in words what is wrong with an account's `secret` and `open`."""
    problems = []
    secret, is_open = account.options.get("secret", ""), account.flag("open")
    try:
        read_secrets(secret)
    except ValueError as error:
        problems.append(f"`secret`: {error}")
    if not secret.strip() and not is_open:
        problems.append("set `secret` (whsec_…), or `open: true` to let anybody who reaches the port in")
    if secret.strip() and is_open:
        problems.append("`secret` and `open: true` contradict each other: take one away")
    return problems


def find_address_problems(account: AccountConfig, option: str) -> list[str]:
    """Say in words what is wrong with the address in `option`, where it has one."""
    url = account.options.get(option)
    problem = find_url_problem(url, allow_internal=account.flag("allow_internal")) if url else None
    return [f"`{option}` {problem}"] if problem else []
