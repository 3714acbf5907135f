"""Where Meta sends what happens on a number: the app's webhook, the addresses above it, who is subscribed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.whatsapp_checks import Fields, Refusal
from tests.fakes.whatsapp_hook import WhatsappHook, drop_empty


@dataclass(slots=True, kw_only=True)
class WhatsappAccount(WhatsappHook):
    """The app and the business account of one number.

    `hook_url` is the app's webhook, and `fields` what it is told of; `account_hook` and `number_hook` are the
    addresses that count before it.
    """

    app_id: str = "670843887433847"
    hook_url: str = ""
    account_hook: str = ""
    number_hook: str = ""
    subscribed: bool = True
    fields: list[str] = field(default_factory=lambda: ["messages", "smb_message_echoes"])

    @property
    def told_at(self) -> str:
        """Return where a message of a customer's is sent; empty where nobody is told."""
        if not (self.subscribed and self.hook_url and "messages" in self.fields):
            return ""
        return self.number_hook or self.account_hook or self.hook_url

    def show_hooks(self) -> dict[str, str]:
        """Return what a number shows of its addresses."""
        known = {"phone_number": self.number_hook, "whatsapp_business_account": self.account_hook}
        return drop_empty({**known, "application": self.hook_url})

    def list_hooks(self) -> Any:
        """Return the app's webhooks."""
        named = [{"name": name, "version": "v25.0"} for name in self.fields]
        hook = {"object": "whatsapp_business_account", "callback_url": self.hook_url, "active": True}
        return {"data": [{**hook, "fields": named}] if self.hook_url else []}

    async def enter_hook(self, given: Fields) -> Any:
        """Set the app's webhook, once its address has answered."""
        if given.get("object") != "whatsapp_business_account" or not given.get("fields"):
            raise Refusal(100, "Invalid parameter", details="object and fields")
        await self.ask(str(given.get("callback_url", "")), str(given.get("verify_token", "")))
        self.hook_url, self.fields = given["callback_url"], given["fields"].split(",")
        return {"success": True}

    def list_subscribed(self) -> Any:
        """Return the apps that the business account tells of what happens."""
        app = {"whatsapp_business_api_data": {"id": self.app_id, "name": "Lyra"}}
        above = drop_empty({"override_callback_uri": self.account_hook})
        return {"data": [{**app, **above}] if self.subscribed else []}

    async def subscribe(self, given: Fields) -> Any:
        """Subscribe the app. Without an address, the one that the account had is gone."""
        address = str(given.get("override_callback_uri", ""))
        if address:
            if not (self.subscribed and self.hook_url):
                words = "Before override the current callback uri, your app must be subscribed"
                raise Refusal(100, words, details="to receive messages for WhatsApp Business Account")
            await self.ask(address, str(given.get("verify_token", "")))
        self.subscribed, self.account_hook = True, address
        return {"success": True}

    async def ask(self, address: str, word: str) -> None:
        """Refuse an address that does not give our challenge back."""
        try:
            answered = await self.verify_hook(address, word)
        except aiohttp.ClientError:
            answered = False
        if not answered:
            words = "Callback verification failed with the following errors: HTTP Status Code = 404"
            raise Refusal(2200, words)
