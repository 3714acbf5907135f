"""Which variation of a response is said, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.dialogue.events import BotUttered
from bot.dialogue.templates import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.dialogue.spec import Variation
    from bot.domain.json import Json, JsonObject

_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")
PARTS = ("elements", "quick_replies", "buttons", "attachment", "image", "custom")
# Rasa's output channel of `/webhooks/rest` is called "collector": a project may have written either.
_ALIASES = {"rest": ("rest", "collector")}


def suitable(variations: Sequence[Variation], slots: JsonObject, channel: str) -> list[Variation]:
    """Return the variations to choose from: those for the channel first, then by conditions met."""
    channels = _ALIASES.get(channel, (channel,))
    met = [each for each in variations if each.conditions and _holds(each.conditions, slots)]
    plain = [each for each in variations if not each.conditions]
    groups = (
        [each for each in met if each.channel in channels],
        [each for each in plain if each.channel in channels],
        [each for each in met if each.channel is None],
        [each for each in plain if each.channel is None],
    )
    return next((group for group in groups if group), [])


def render(variation: Variation, slots: JsonObject, arguments: JsonObject) -> dict[str, Any]:
    """Return the variation's map filled with slots; `arguments` of the action win over them."""
    values = {**slots, **arguments}
    return {key: fill(part, values) if key in _FILLED else part for key, part in variation.body.items()}


def bot_event(message: Mapping[str, Any]) -> BotUttered:
    """Return the event for a rendered message. What has no place in it becomes metadata."""
    data = {key: message.get(key) for key in PARTS}
    # Rasa stores an image as the attachment too where there is no other; it is sent once.
    data["attachment"] = data["attachment"] or data["image"]
    rest = {key: value for key, value in message.items() if key not in (*PARTS, "text")}
    return BotUttered(text=message.get("text"), data=data, metadata=rest)


def merge_response(rendered: dict[str, Any], response: Mapping[str, Any]) -> dict[str, Any]:
    """Add what an action's dispatcher said itself to the response it named."""
    buttons = [*(rendered.get("buttons") or ()), *(response.get("buttons") or ())]
    said = {key: value for key, value in response.items() if value and key not in ("buttons", "response")}
    return {**rendered, **said, **({"buttons": buttons} if buttons else {})}


def _holds(conditions: Iterable[tuple[str, Json]], slots: JsonObject) -> bool:
    return all(_same(slots.get(name), value) for name, value in conditions)


def _same(found: Json, wanted: Json) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return found == wanted
