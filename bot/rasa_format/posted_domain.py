"""The domain as actions and `GET /domain` are told it: as Rasa posts it, with what Rasa adds to the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.rasa_format.domain_merge import name_of
from bot.rasa_format.nodes import ListNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.dialogue.spec import EntitySpec, IntentSpec
    from bot.domain.json import Json, JsonObject
    from bot.rasa_format.nodes import MapNode, Node

SESSION_MINUTES = 60


def post_domain(domain: MapNode) -> JsonObject:
    """Return the domain with its intents sorted and defaults filled in."""
    raw = dict(domain.plain)
    intents = domain.get("intents")
    if isinstance(intents, ListNode):
        raw["intents"] = [item.plain for item in sorted(intents.items, key=_sort_key)]
    raw.setdefault("version", "3.1")
    default = {"session_expiration_time": SESSION_MINUTES, "carry_over_slots_to_new_session": True}
    raw.setdefault("session_config", default)
    return raw


def tell_retrieval(raw: JsonObject, used: Mapping[str, Sequence[str]], implied: Iterable[str]) -> JsonObject:
    """Return the domain with what Rasa tells of retrieval intents: entities `used`, actions `implied`."""
    if not used:
        return raw
    intents = [_tell_intent(each, used) for each in _items(raw.get("intents"))]
    return {**raw, "intents": intents, "actions": [*_items(raw.get("actions")), *implied]}


def _tell_intent(intent: Json, used: Mapping[str, Sequence[str]]) -> Json:
    name = next(iter(intent), "") if isinstance(intent, Mapping) else intent
    if not isinstance(name, str) or name not in used:
        return intent
    return {name: {"used_entities": used[name], "is_retrieval_intent": True}}


def list_used(intent: IntentSpec, entities: Iterable[EntitySpec]) -> list[str]:
    """Return the entities that count with an intent, each with its roles and groups."""
    return sorted(
        label
        for entity in entities
        if intent.use_entities is None or entity.name in intent.use_entities
        if entity.name not in intent.ignore_entities
        for label in (entity.name, *(f"{entity.name}#{each}" for each in (*entity.roles, *entity.groups)))
    )


def _sort_key(item: Node) -> str:
    return name_of(item) or ""


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
