"""Which templates Meta has approved for an account, and what has to be filled in.

Sources: https://developers.facebook.com/docs/graph-api/reference/whats-app-business-hsm and
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.connector import SendError, Template
from bot.connector.meta.fields import get_id, get_object
from bot.connector.meta.graph import GraphApi
from bot.domain.json import JsonObject
from bot.errors import PlatformUnavailable
from connectors.whatsapp.components import NotOurs, read_components
from connectors.whatsapp.reading import get_name, get_objects
from connectors.whatsapp.setup import as_object, find_account

FIELDS = "name,language,status,category,components"
PAGE = "100"
MOST_PAGES = 20
APPROVED = "APPROVED"
STATUSES: Mapping[str, str] = {
    "PENDING": "Meta has not approved it yet",
    "IN_APPEAL": "Meta refused it, and is asked to look again",
    "REJECTED": "Meta refused it: change it in WhatsApp Manager",
    "PAUSED": "Meta paused it, because people blocked or reported it",
    "DISABLED": "Meta has switched it off, because people blocked or reported it",
    "LIMIT_EXCEEDED": "the account has too many templates",
}
"""Why one that is not approved cannot be sent. What is deleted, or in another state, is left out."""


async def load_templates(api: GraphApi, options: Mapping[str, str]) -> tuple[Template, ...]:
    """Ask for the templates of a number's business account. Raises `PlatformUnavailable`."""
    account = options.get("waba_id") or await find_own_account(api, options)
    found: list[Template] = []
    query = {"fields": FIELDS, "limit": PAGE}
    for _ in range(MOST_PAGES):
        outcome = await api.get(f"{account}/message_templates", query)
        if outcome.error is not None:
            raise refuse(outcome.error)
        answer = as_object(outcome.result)
        found.extend(read_templates(answer))
        paging = get_object(answer, "paging")
        after = get_id(get_object(paging, "cursors"), "after")
        if not (after and paging.get("next")):
            break
        query = {**query, "after": after}
    return tuple(sorted(found, key=lambda each: (each.name, each.language)))


async def find_own_account(api: GraphApi, options: Mapping[str, str]) -> str:
    """Return the business account that the token is for. Raises `PlatformUnavailable`."""
    outcome = await api.get("debug_token", {"input_token": options.get("access_token", "")})
    if outcome.error is not None:
        raise refuse(outcome.error)
    account = find_account(get_object(as_object(outcome.result), "data"))
    if not account:
        raise PlatformUnavailable("the token is for several business accounts: set `waba_id` of this one")
    return account


def refuse(error: SendError) -> PlatformUnavailable:
    """Return a refusal to list templates, in words."""
    return PlatformUnavailable(f"Meta does not list the templates ({error.detail})")


def read_templates(answer: JsonObject) -> Iterator[Template]:
    """Yield the templates of a page; those that cannot be sent from here with the reason. Pure."""
    for item in get_objects(answer, "data"):
        name, language = get_name(item, "name"), get_name(item, "language")
        status = get_name(item, "status")
        if name and language and (status == APPROVED or status in STATUSES):
            yield read_template(item, name, language, STATUSES.get(status, ""))


def read_template(item: JsonObject, name: str, language: str, problem: str) -> Template:
    """Return one template, with its parts where it can be sent."""
    if problem:
        return Template(name=name, language=language, problem=problem)
    is_code = get_name(item, "category").upper() == "AUTHENTICATION"
    try:
        parts = tuple(read_components(get_objects(item, "components"), is_code=is_code))
    except NotOurs as error:
        return Template(name=name, language=language, problem=str(error))
    return Template(name=name, language=language, parts=parts)
