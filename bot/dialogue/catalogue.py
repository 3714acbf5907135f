"""The domain, made quick to look up: what exists, what it is called, how it starts out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.dialogue.events import LISTEN, REQUESTED_SLOT, SESSION_START
from bot.dialogue.features import Feature, Features, coerce_slot, compile_feature
from bot.dialogue.reach import Reach
from bot.dialogue.spec import IntentSpec, SlotSpec, SlotType
from bot.domain.understanding import FALLBACK_INTENT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.dialogue.spec import DomainSpec
    from bot.domain.json import Json, JsonObject

SESSION_METADATA_SLOT = "session_started_metadata"
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", FALLBACK_INTENT)
_KNOWLEDGE_BASE_ACTION = "action_query_knowledge_base"
_KNOWLEDGE_BASE_SLOTS = (
    "knowledge_base_listed_objects",
    "knowledge_base_last_object",
    "knowledge_base_last_object_type",
)
_BOOKKEEPING_SLOTS = frozenset((REQUESTED_SLOT, SESSION_METADATA_SLOT, *_KNOWLEDGE_BASE_SLOTS))
RULE_SNIPPET = "..."  # Rasa's pseudo action: any history before a rule, or anything after it
TWO_STAGE_FALLBACK = "action_two_stage_fallback"
# Rasa's order: it decides ties between equally likely actions.
DEFAULT_ACTIONS = (
    LISTEN,
    "action_restart",
    SESSION_START,
    "action_default_fallback",
    "action_deactivate_loop",
    "action_revert_fallback_events",
    "action_default_ask_affirmation",
    "action_default_ask_rephrase",
    TWO_STAGE_FALLBACK,
    "action_unlikely_intent",
    "action_back",
    RULE_SNIPPET,
    "action_extract_slots",
)


class ActionKind(StrEnum):
    """How an action is carried out."""

    DEFAULT = "default"
    RETRIEVAL = "retrieval"
    TEXT = "text"
    RESPONSE = "response"
    FORM = "form"
    CUSTOM = "custom"


class Catalogue:
    """A compiled domain. Immutable after construction; shared by all conversations."""

    def __init__(self, domain: DomainSpec, action_texts: Iterable[str] = ()) -> None:
        """Compile `domain`; `action_texts` are the end-to-end bot texts of the stories."""
        self.domain = domain
        self.intents = frozenset(domain.intents) | frozenset(DEFAULT_INTENTS)
        self.slots: Mapping[str, SlotSpec] = {
            **implicit_slots(domain.forms, domain.actions),
            **domain.slots,
        }
        self.initial_slots: JsonObject = {
            name: coerce_slot(spec, spec.initial_value) for name, spec in self.slots.items()
        }
        self._features = {name: compile_feature(spec) for name, spec in self.slots.items()}
        self.initial_features = self.features_of(self.initial_slots)
        self.retrieval_intents = frozenset(
            name.removeprefix("utter_").partition("/")[0] for name in domain.responses if "/" in name
        )
        self.action_texts = frozenset(action_texts)
        listed = (*domain.actions, *(f"utter_{intent}" for intent in sorted(self.retrieval_intents)))
        self.user_actions = frozenset((*listed, *domain.responses))
        ordered = (
            *DEFAULT_ACTIONS,
            *listed,
            *sorted(domain.responses),
            *domain.forms,
            *sorted(self.action_texts),
        )
        self.action_order: Mapping[str, int] = {
            name: position for position, name in enumerate(dict.fromkeys(ordered))
        }
        self.reach = Reach(spec for spec in domain.slots.values() if spec.name not in _BOOKKEEPING_SLOTS)
        self._wanted = _wanted_by_intent(domain)
        self._kinds = {name: self._find_kind(name) for name in self.action_order}

    def features_of(self, slots: JsonObject) -> Features:
        """Return the features of all slots that count as set."""
        features = self._features
        found = ((name, features[name](value)) for name, value in slots.items())
        return Features((name, feature) for name, feature in found if feature is not None)

    def feature(self, slot: str, value: Json) -> Feature | None:
        """Return the feature of one slot's value; None where it counts as not set."""
        return self._features[slot](value)

    def has_action(self, name: str) -> bool:
        """Tell whether the domain knows the action."""
        return name in self.action_order

    def has_response(self, intent: str) -> bool:
        """Tell whether there is an answer for `intent` with its key: `faq/hours`."""
        return f"utter_{intent}" in self.domain.responses

    def kind_of(self, action: str) -> ActionKind:
        """Tell how `action` is carried out; an unknown one is custom, and will not be found."""
        return self._kinds.get(action, ActionKind.CUSTOM)

    def wanted_entities(self, intent: str | None) -> frozenset[str] | None:
        """Return the entity labels that enter the state with `intent`; None means all of them."""
        return self._wanted.get(intent or "")

    def _find_kind(self, action: str) -> ActionKind:
        if action in DEFAULT_ACTIONS and action not in self.user_actions and action not in self.domain.forms:
            return ActionKind.DEFAULT
        if action.startswith("utter_"):
            is_retrieval = action.removeprefix("utter_") in self.retrieval_intents
            return ActionKind.RETRIEVAL if is_retrieval else ActionKind.RESPONSE
        if action in self.action_texts:
            return ActionKind.TEXT
        if action in self.domain.forms and action not in self.domain.actions:
            return ActionKind.FORM
        return ActionKind.CUSTOM


def implicit_slots(forms: Collection[str], actions: Collection[str]) -> dict[str, SlotSpec]:
    """Return the slots that Rasa adds: of forms, of its knowledge base, and for a session's metadata."""
    names = [REQUESTED_SLOT] if forms else []
    if _KNOWLEDGE_BASE_ACTION in actions:
        names += _KNOWLEDGE_BASE_SLOTS
    types = {**dict.fromkeys(names, SlotType.TEXT), SESSION_METADATA_SLOT: SlotType.ANY}
    return {
        name: SlotSpec(name=name, type=slot_type, mappings=(), influence_conversation=False)
        for name, slot_type in types.items()
    }


def _wanted_by_intent(domain: DomainSpec) -> dict[str, frozenset[str]]:
    usual = _wanted_entities(domain, IntentSpec(name=""))  # shared: it may hold hundreds
    return {
        name: _wanted_entities(domain, spec)
        if spec.use_entities is not None or spec.ignore_entities
        else usual
        for name, spec in domain.intents.items()
    }


def _wanted_entities(domain: DomainSpec, spec: IntentSpec) -> frozenset[str]:
    """Resolve `use_entities` and `ignore_entities` to labels (`city`, `city#from`)."""
    silent = tuple(name for name, entity in domain.entities.items() if not entity.influence_conversation)
    if spec.use_entities is None:
        used = {name for name in domain.entities if name not in silent}
        used |= _labels(domain, domain.entities)
    else:
        used = set(spec.use_entities) | _labels(domain, spec.use_entities)
    ignored = spec.ignore_entities or silent
    return frozenset(used - set(ignored) - _labels(domain, ignored))


def _labels(domain: DomainSpec, names: Iterable[str]) -> set[str]:
    found = (domain.entities[name] for name in names if name in domain.entities)
    return {f"{entity.name}#{label}" for entity in found for label in (*entity.roles, *entity.groups)}
