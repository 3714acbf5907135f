"""Which templates Meta has approved for an account, and what has to be filled in.

Sources: https://developers.facebook.com/docs/graph-api/reference/whats-app-business-hsm and
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.connector import SendError, Template, TemplatePart
from bot.connector.meta.fields import get_id, get_list, get_object, get_text
from bot.connector.meta.graph import GraphApi
from bot.connector.text import clean_text
from bot.domain.json import Json, JsonObject
from bot.errors import PlatformUnavailable
from connectors.whatsapp.reading import get_name, get_objects
from connectors.whatsapp.setup import as_object, find_account

FIELDS = "name,language,status,category,components"
PAGE = "100"
MOST_PAGES = 20
BUTTONS = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER"})
"""Buttons that need nothing but what stands in the template, or a text for their address."""
PARTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})


async def load_templates(api: GraphApi, options: Mapping[str, str]) -> tuple[Template, ...]:
    """Ask for the approved templates of a number's business account. Raises `PlatformUnavailable`."""
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
    """Yield the templates of a page that can be sent as they are, or with texts filled in. Pure.

    Left out are those that are not approved, or need more than texts: a picture above, a code, a catalogue.
    """
    for item in get_objects(answer, "data"):
        name, language = get_name(item, "name"), get_name(item, "language")
        if not (name and language) or item.get("status") != "APPROVED":
            continue
        if item.get("category") == "AUTHENTICATION":
            continue
        parts = read_parts(get_objects(item, "components"))
        if parts is not None:
            yield Template(name=name, language=language, parts=parts)


def read_parts(components: list[JsonObject]) -> tuple[TemplatePart, ...] | None:
    """Return what a template says, from top to bottom; None where it needs more than texts."""
    parts: list[TemplatePart] = []
    for component in components:
        kind = get_name(component, "type").upper()
        if kind not in PARTS or (kind == "HEADER" and get_name(component, "format").upper() != "TEXT"):
            return None
        if kind != "BUTTONS":
            parts.append(read_text(component, kind.lower()))
            continue
        buttons = get_objects(component, "buttons")
        if any(get_name(button, "type").upper() not in BUTTONS for button in buttons):
            return None
        parts.extend(read_button(button, number) for number, button in enumerate(buttons))
    return tuple(parts) if any(part.part == "body" for part in parts) else None


def read_text(component: JsonObject, part: str) -> TemplatePart:
    """Return a header, a body or a footer."""
    text = clean_text(get_text(component, "text"))
    return TemplatePart(part=part, text=text, examples=read_examples(component, part))


def read_button(button: JsonObject, number: int) -> TemplatePart:
    """Return a button as a line: its label, and where it leads."""
    label, url = get_name(button, "text"), get_text(button, "url")
    return TemplatePart(part=f"button.{number}", text=f"• {label}: {url}" if url else f"• {label}")


def read_examples(component: JsonObject, part: str) -> Mapping[str, str]:
    """Return what Meta was given as examples, by the place's number or name."""
    example = get_object(component, "example")
    named = {
        get_name(each, "param_name"): get_name(each, "example")
        for each in get_objects(example, f"{part}_text_named_params")
    }
    return named or {
        str(number): clean_text(value)
        for number, value in enumerate(flatten(get_list(example, f"{part}_text")), start=1)
        if isinstance(value, str)
    }


def flatten(values: object) -> list[Json]:
    """Return the first row of a table, or a list as it is: bodies' examples are rows, headers' are not."""
    rows = values if isinstance(values, list) else []
    return rows[0] if rows and isinstance(rows[0], list) else rows
