"""What has to be known of a server and of our account there before anything is sent or read."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.connector import SendError
from bot.connector.answers import Outcome
from bot.domain.json import Json, JsonObject
from connectors.mastodon.api import MastodonApi
from connectors.mastodon.render import Limits

DEFAULTS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Our own account, and the application that the token was made for (empty where it is not told)."""

    id: str
    acct: str
    app: str = ""
    marked_as_bot: bool = False


async def learn_account(api: MastodonApi) -> Account | SendError:
    """Ask who we are."""
    outcome = await api.get("/api/v1/accounts/verify_credentials")
    if outcome.error is not None:
        return outcome.error
    app = await api.get("/api/v1/apps/verify_credentials")
    if app.error is not None and app.error.error_class.retriable:
        return app.error
    return read_account(outcome.object, app.object)


def read_account(raw: JsonObject, app: JsonObject) -> Account:
    """Read our account and application."""
    return Account(
        id=str(raw.get("id", "")),
        acct=str(raw.get("acct", "")),
        app=str(app.get("name") or ""),
        marked_as_bot=raw.get("bot") is True,
    )


async def ask_for_instance(api: MastodonApi) -> Outcome:
    """Return the server's word on itself; older servers and others than Mastodon have the first version."""
    outcome = await api.get("/api/v2/instance")
    return outcome if outcome.error is None else await api.get("/api/v1/instance")


def read_limits(instance: JsonObject) -> Limits:
    """Return a server's limits, Mastodon's own where it does not tell."""
    statuses = walk(instance, "configuration", "statuses")
    return Limits(
        characters=take_count(
            statuses.get("max_characters") or instance.get("max_toot_chars"), DEFAULTS.characters
        ),
        link=take_count(statuses.get("characters_reserved_per_url"), DEFAULTS.link),
        files=take_count(statuses.get("max_media_attachments"), DEFAULTS.files),
    )


def read_streaming_url(instance: JsonObject, base_url: str) -> str:
    """Return where the server streams, ours where it does not tell.

    It may be another host; one that is reached in the clear while the server is not is not believed,
    as the token goes there.
    """
    told = walk(instance, "configuration", "urls").get("streaming")
    told = told or walk(instance, "urls").get("streaming_api")
    if not isinstance(told, str) or "://" not in told:
        return base_url
    scheme, rest = told.split("://", 1)
    secure = {"wss": "https", "ws": "http"}.get(scheme, scheme)
    if secure not in ("http", "https") or (secure == "http" and urlsplit(base_url).scheme == "https"):
        return base_url
    return f"{secure}://{rest.rstrip('/')}"


def walk(data: JsonObject, *names: str) -> JsonObject:
    """Return an object inside objects, empty where there is none."""
    for name in names:
        inner = data.get(name)
        if not isinstance(inner, dict):
            return {}
        data = inner
    return data


def take_count(value: Json, default: int) -> int:
    """Return a number above nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
