"""Our address at Twilio: set at start where nobody else's is, and tried again while Twilio is away.

A number has an address for incoming messages, or a messaging service has it for all of its numbers. One that
leads to another program is left alone: a number may have been somebody's before it was ours. One that this
service had Twilio call before its own address changed is replaced.
Sources: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
https://www.twilio.com/docs/messaging/api/service-resource
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

import structlog

from bot.connector import SendError
from bot.connector.answers import Outcome
from bot.domain.json import Json, JsonObject
from bot.errors import SettingsError
from connectors.sms.api import TwilioApi, list_items

log = structlog.get_logger(__name__)

REFUSED = frozenset({"401", "20003"})  # the codes of credentials that are not taken
DEMO_HOST = "demo.twilio.com"  # what Twilio itself writes into a new number
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)


class Leads(Enum):
    """Where incoming messages go."""

    HERE = auto()
    HERE_BY_GET = auto()  # the words of messages would stand in addresses: we take POST alone
    NOWHERE = auto()  # to no address, or to Twilio's demo
    BEFORE = auto()  # to an address that was ours
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What Twilio does with messages that come in. `by_app`: an application of Twilio's takes them."""

    url: str
    method: str
    by_app: bool = False

    def find_lead(self, hook_url: str, earlier: Collection[str] = ()) -> Leads:
        """Tell where messages go, seen from our address and those that we had `earlier`."""
        if self.by_app:
            return Leads.ELSEWHERE
        if not self.url or is_demo(self.url):
            return Leads.NOWHERE
        if self.url != hook_url:
            return Leads.BEFORE if self.url in earlier and same_path(self.url, hook_url) else Leads.ELSEWHERE
        return Leads.HERE if self.method.upper() == "POST" else Leads.HERE_BY_GET


def read_number(number: JsonObject) -> Setting:
    """Return a number's setting. An application takes the place of the address."""
    return Setting(
        url=str(number.get("sms_url") or ""),
        method=str(number.get("sms_method") or "POST"),
        by_app=bool(number.get("sms_application_sid")),
    )


def read_service(service: JsonObject) -> Setting | None:
    """Return a messaging service's setting, None where it leaves incoming messages to its numbers."""
    if service.get("use_inbound_webhook_on_number") is True:
        return None
    return Setting(
        url=str(service.get("inbound_request_url") or ""), method=str(service.get("inbound_method") or "POST")
    )


def pick_number(found: Json, number: str) -> JsonObject | None:
    """Return the number itself of what Twilio found: it also finds numbers that only look like it."""
    numbers = list_items(found, "incoming_phone_numbers")
    return next((each for each in numbers if each.get("phone_number") == number), None)


class Webhook:
    """The address of one account's number, or of its messaging service.

    `pause` is the first of the growing waits while Twilio is away; `earlier` are our addresses of before.
    """

    def __init__(self, api: TwilioApi, options: Mapping[str, str], *, account: str) -> None:
        self._api = api
        self._service, self._number = options.get("messaging_service", ""), options.get("from", "")
        self._log = log.bind(account=account)
        self._trying: asyncio.Task[None] | None = None
        self.pause = FIRST_PAUSE
        self.earlier: tuple[str, ...] = ()

    async def start(self, hook_url: str) -> None:
        """Set our address; without an answer, go on trying. Raises `SettingsError`: credentials refused."""
        error = await self._register(hook_url)
        if error is None:
            return
        if error.code in REFUSED:
            raise SettingsError(f"no webhook: {error.detail}")
        self._say(error)
        if error.error_class.retriable:
            self._trying = asyncio.create_task(self._try_on(hook_url))

    async def close(self) -> None:
        """Stop trying. What was set stays so: we come back."""
        task, self._trying = self._trying, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _try_on(self, hook_url: str) -> None:
        pause = self.pause
        while True:
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)
            error = await self._register(hook_url)
            if error is None:
                return
            if not error.error_class.retriable:
                self._say(error)
                return

    async def _register(self, hook_url: str) -> SendError | None:
        """Look where messages go, and have them come here if they go nowhere. Returns why that failed."""
        looked = await self._look()
        if looked.error is not None:
            return looked.error
        place = looked.object if self._service else pick_number(looked.result, self._number)
        setting = None if place is None else read_service(place) if self._service else read_number(place)
        if place is None or setting is None:
            return None  # a sender's name, or a service that leaves it to its numbers
        match setting.find_lead(hook_url, self.earlier):
            case Leads.HERE:
                return None
            case Leads.ELSEWHERE:
                self._log.warning(
                    "twilio brings incoming messages elsewhere: left as it is", found=show(setting)
                )
                return None
            case Leads.BEFORE:
                self._log.warning("twilio called our address of before: replaced", found=show(setting))
                return await self._set(str(place.get("sid") or ""), hook_url)
            case Leads.NOWHERE | Leads.HERE_BY_GET:
                return await self._set(str(place.get("sid") or ""), hook_url)

    async def _look(self) -> Outcome:
        if self._service:
            return await self._api.get_service(self._service)
        return await self._api.find_number(self._number)

    async def _set(self, sid: str, hook_url: str) -> SendError | None:
        if self._service:
            fields = [("InboundRequestUrl", hook_url), ("InboundMethod", "POST")]
            outcome = await self._api.update_service(self._service, fields)
        else:
            fields = [("SmsUrl", hook_url), ("SmsMethod", "POST")]
            outcome = await self._api.update_number(sid, fields)
        if outcome.error is None:
            self._log.info("twilio brings incoming messages to our webhook")
        return outcome.error

    def _say(self, error: SendError) -> None:
        self._log.warning(
            "twilio webhook not registered: incoming messages may not come in",
            code=error.code,
            reason=error.detail,
        )


def same_path(one: str, other: str) -> bool:
    """Tell whether two addresses are those of one account, on whatever host. Ours, so both can be read."""
    return urlsplit(one).path == urlsplit(other).path


def is_demo(url: str) -> bool:
    """Tell whether an address is on Twilio's own host of demonstrations."""
    try:
        return urlsplit(url).hostname == DEMO_HOST
    except ValueError:
        return False


def show(setting: Setting) -> str:
    """Return what may be logged of somebody's address: paths may hold secrets."""
    if setting.by_app:
        return "an application"
    try:
        return urlsplit(setting.url).netloc.rpartition("@")[2] or "none"
    except ValueError:
        return "no address"
