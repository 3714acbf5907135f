"""A Rasa project's dialogue part as values: what `rasa_format` reads and the rest of `dialogue` runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from bot.domain.example import Source
    from bot.domain.json import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSpec:
    """`use_entities`: None means all of the domain's; `ignore_entities` wins over it."""

    name: str
    use_entities: tuple[str, ...] | None = None
    ignore_entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySpec:
    """An entity the domain declares."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    influence_conversation: bool = True


class MappingType(StrEnum):
    """How a slot is filled."""

    FROM_ENTITY = "from_entity"
    FROM_TEXT = "from_text"
    FROM_INTENT = "from_intent"
    FROM_TRIGGER_INTENT = "from_trigger_intent"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCondition:
    """`active_loop` None with `no_loop` True is Rasa's `active_loop: null`; without, it never holds."""

    active_loop: str | None = None
    no_loop: bool = False
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMapping:
    """One entry of a slot's `mappings`."""

    type: MappingType
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    value: Json = None
    intent: tuple[str, ...] = ()
    not_intent: tuple[str, ...] = ()
    conditions: tuple[MappingCondition, ...] = ()
    action: str | None = None


class SlotType(StrEnum):
    """Rasa's built-in slot types."""

    TEXT = "text"
    BOOL = "bool"
    FLOAT = "float"
    LIST = "list"
    CATEGORICAL = "categorical"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpec:
    """A slot, in the order of the domain file.

    `class_path` is the dotted path of the project's own slot class, whose `type` is then `any`;
    `options` are the keys written for that class, and `featurise` is what it makes of a value, once the
    class is loaded.
    """

    name: str
    type: SlotType
    mappings: tuple[SlotMapping, ...]
    initial_value: Json = None
    influence_conversation: bool = True
    values: tuple[Json, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0
    class_path: str | None = None
    options: JsonObject = field(default_factory=dict)
    featurise: Callable[[Json], tuple[float, ...]] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """A form: which slots it asks for, in order."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One way to say a response. `body` is Rasa's map (text, buttons, image, custom, …) unrendered."""

    body: JsonObject
    channel: str | None = None
    conditions: tuple[tuple[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpec:
    """`expiration` of zero means a session never ends."""

    expiration: timedelta
    carry_over_slots: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSpec:
    """`domain.yml`. `send_domain` names the actions that want the domain posted to them.

    `store_entities`: a story's messages fill the slots of their entities (Rasa's `store_entities_as_slots`).
    """

    intents: Mapping[str, IntentSpec]
    entities: Mapping[str, EntitySpec]
    slots: Mapping[str, SlotSpec]
    forms: Mapping[str, FormSpec]
    responses: Mapping[str, tuple[Variation, ...]]
    actions: tuple[str, ...]
    session: SessionSpec
    send_domain: frozenset[str] = frozenset()
    store_entities: bool = True
    raw: JsonObject = field(default_factory=dict)


class StepType(StrEnum):
    """The kinds of steps in rules and stories."""

    INTENT = "intent"
    USER_TEXT = "user"
    ACTION = "action"
    BOT_TEXT = "bot"
    SLOT = "slot_was_set"
    LOOP = "active_loop"
    OR = "or"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. Which fields are set depends on `type`.

    `entities` of an intent step: (name, value or None, role, group); `spans` says where in `text`
    each of them stands, and is empty where there is no text. `slots` of a slot step:
    (name, value); `filled` names slots given without a value. `name` is the intent, action,
    checkpoint or loop (None: `active_loop: null`). `branches` of an `or` step: alternatives.
    """

    type: StepType
    name: str | None = None
    text: str | None = None
    entities: tuple[tuple[str, Json, str | None, str | None], ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    slots: tuple[tuple[str, Json], ...] = ()
    filled: tuple[str, ...] = ()
    branches: tuple[tuple[Step, ...], ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """A rule; `condition` holds its slot and loop steps."""

    name: str
    steps: tuple[Step, ...]
    condition: tuple[Step, ...] = ()
    conversation_start: bool = False
    wait_for_user_input: bool = True
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySpec:
    """A story."""

    name: str
    steps: tuple[Step, ...]
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySpec:
    """A policy that remembers stories; `max_history` None: as a whole. See `PolicySpec` for the rest."""

    augmented: bool = False
    max_history: int | None = None
    priority: int = 3
    by_confidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySpec:
    """What `config.yml: policies` asks for, as far as the native engine runs it.

    `memories` stand in the order of the file, `memories_first` of them before RulePolicy: of policies that
    are equally certain and of one priority the first wins. `restrict_rules` concerns the check only.
    Without `check_rules` (Rasa's `check_for_contradictions`) memory sees the turns that rules alone make,
    as in Rasa, which finds them out by that check. `…by_confidence` (Rasa's `use_nlu_confidence_as_score`):
    what is certain by rule or memory counts as much as the message was understood. `learns`: a policy is
    meant, too, that learns from stories (Rasa's TEDPolicy), and `likeness.py` stands in for it.
    """

    rules: bool = True
    restrict_rules: bool = True
    check_rules: bool = True
    core_fallback_threshold: float = 0.3
    core_fallback_action: str = "action_default_fallback"
    fallback_prediction: bool = True
    memories: tuple[MemorySpec, ...] = ()
    memories_first: int = 0
    rule_priority: int = 4
    rules_by_confidence: bool = False
    learns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSpec:
    """Everything dialogue needs of a project."""

    domain: DomainSpec
    rules: tuple[RuleSpec, ...] = ()
    stories: tuple[StorySpec, ...] = ()
    policies: PolicySpec = field(default_factory=PolicySpec)
