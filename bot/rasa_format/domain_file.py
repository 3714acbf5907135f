"""`domain.yml` → `DomainSpec`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.dialogue.catalogue import DEFAULT_INTENTS, implicit_slots
from bot.dialogue.spec import DomainSpec, EntitySpec, FormSpec, IntentSpec, SessionSpec, SlotSpec
from bot.rasa_format.domain_responses import read_responses
from bot.rasa_format.domain_slots import read_forms, read_slots
from bot.rasa_format.fields import is_number
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.posted_domain import SESSION_MINUTES, list_used, post_domain, tell_retrieval
from bot.rasa_format.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.rasa_format.fields import Reader

DOMAIN_KEYS = (
    "intents", "entities", "slots", "forms", "responses", "actions", "e2e_actions", "session_config",
)  # fmt: skip
_NEVER_EMPTY = ("intents", "entities", "slots", "forms", "responses", "actions", "session_config")
KNOWN_KEYS = (*DOMAIN_KEYS, "version", "config")
_STORE = "store_entities_as_slots"


def read_domain(domain: MapNode, reader: Reader, *, retrieval_intents: Iterable[str] = ()) -> DomainSpec:
    """Read the merged domain. `retrieval_intents` are those the training data has (`faq` of `faq/hours`)."""
    reader.check_keys(domain, KNOWN_KEYS, "a domain")
    for key in _NEVER_EMPTY:
        if key in domain.entries and domain.get(key) is None:
            text = f"Nothing is written under `{key}`. Write something, or delete the line."
            reader.error(domain.entries[key].source, text)
    entities = _read_entities(domain.get("entities"), reader)
    slots = read_slots(domain.get("slots"), reader)
    forms = read_forms(domain.get("forms"), reader)
    actions, send_domain = _read_actions(domain.get("actions"), reader)
    retrieval = {name: f"utter_{name}" for name in sorted(set(retrieval_intents))}
    implied = tuple(action for action in retrieval.values() if action not in actions)
    actions += implied
    intents = _read_intents(domain.get("intents"), entities, reader)
    session = _read_session(domain.get("session_config"), reader)
    return DomainSpec(
        intents=intents,
        entities=entities,
        slots={**slots, **_missing(slots, forms, actions)},
        forms=forms,
        responses=read_responses(domain.get("responses"), reader),
        actions=actions,
        session=session,
        send_domain=send_domain,
        store_entities=_read_store_entities(domain.get("config"), reader),
        raw=tell_retrieval(
            post_domain(domain),
            {name: list_used(intents[name], entities.values()) for name in retrieval if name in intents},
            implied,
        ),
    )


def _read_entities(node: Node | None, reader: Reader) -> dict[str, EntitySpec]:
    entities: dict[str, EntitySpec] = {}
    for item in reader.items(node, "`entities`"):
        name, body = _name_and_body(item, "an entity", reader)
        if name is None:
            continue
        if name in entities:
            reader.error(item.source, f"Entity `{name}` stands here twice. Delete one of them.")
        if body is not None:
            reader.check_keys(body, ("roles", "groups", "influence_conversation"), f"entity `{name}`")
        fields = body or MapNode(source=item.source)
        entities[name] = EntitySpec(
            name=name,
            roles=_read_labels(name, "roles", fields, reader),
            groups=_read_labels(name, "groups", fields, reader),
            influence_conversation=reader.flag(
                fields.get("influence_conversation"),
                "`influence_conversation`",
                default=True,
            ),
        )
    return entities


def _read_labels(name: str, key: str, fields: MapNode, reader: Reader) -> tuple[str, ...]:
    """Read roles or groups. Numbers are names too, as in Rasa: `groups: [1, 2]`."""
    what = f"the {key} of entity `{name}`"
    node = fields.get(key)
    if node is None and key in fields.entries:
        reader.error(fields.entries[key].source, f"Nothing is written under {what}. List them.")
    if not isinstance(node, ListNode):
        return reader.texts(node, what)
    labels = (
        str(item.plain) if is_number(item) else reader.text(item, f"an item of {what}") for item in node.items
    )
    return tuple(label for label in labels if label is not None)


def _read_intents(
    node: Node | None,
    entities: Mapping[str, EntitySpec],
    reader: Reader,
) -> dict[str, IntentSpec]:
    ignored = tuple(entity.name for entity in entities.values() if not entity.influence_conversation)
    intents = {name: IntentSpec(name=name, ignore_entities=ignored) for name in DEFAULT_INTENTS}
    seen: set[str] = set()
    for item in reader.items(node, "`intents`"):
        name, body = _name_and_body(item, "an intent", reader)
        if name is None:
            continue
        if name in seen:
            reader.error(item.source, f"Intent `{name}` stands here twice. Delete one of them.")
        seen.add(name)
        intents[name] = _read_intent(name, body, ignored, reader)
    return dict(sorted(intents.items()))


def _read_intent(name: str, body: MapNode | None, ignored: tuple[str, ...], reader: Reader) -> IntentSpec:
    """Read `use_entities` and `ignore_entities`.

    What all intents ignore by default counts unless the intent lists both what it uses and what it ignores.
    """
    if body is None:
        return IntentSpec(name=name, ignore_entities=ignored)
    reader.check_keys(body, ("use_entities", "ignore_entities", "triggers"), f"intent `{name}`")
    if "triggers" in body.entries:
        text = f"`triggers` of intent `{name}` did something until Rasa 2. Write a rule in its place."
        reader.error(body.entries["triggers"].source, text)
    use = _use_entities(body, reader)
    own = _entity_names(body.get("ignore_entities"), "`ignore_entities`", reader)
    if use is None:
        own = tuple(dict.fromkeys((*ignored, *own)))
    elif "ignore_entities" not in body.entries:
        own = ignored
    return IntentSpec(name=name, use_entities=use, ignore_entities=own)


def _use_entities(body: MapNode, reader: Reader) -> tuple[str, ...] | None:
    if "use_entities" not in body.entries:
        return None
    node = body.get("use_entities")
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return None if node.value else ()
    return _entity_names(node, "`use_entities`", reader)


def _entity_names(node: Node | None, what: str, reader: Reader) -> tuple[str, ...]:
    if isinstance(node, ScalarNode) and node.value is False:
        return ()
    return reader.texts(node, what)


def _name_and_body(item: Node, what: str, reader: Reader) -> tuple[str | None, MapNode | None]:
    """Split a list item: a name, or `name: {...}`."""
    if not isinstance(item, MapNode):
        return reader.text(item, f"the name of {what}"), None
    single = reader.single(item, f"{what} with options")
    if single is None:
        return None, None
    name, entry = single
    if item.get(name) is None:
        reader.error(
            entry.source, f"Nothing stands behind `{name}:`. Delete the colon, or write its options."
        )
        return name, None
    return name, reader.map(entry.node, f"the options of `{name}`")


def _read_actions(node: Node | None, reader: Reader) -> tuple[tuple[str, ...], frozenset[str]]:
    names: dict[str, None] = {}
    send_domain: set[str] = set()
    for item in reader.items(node, "`actions`"):
        name, body = _name_and_body(item, "an action", reader)
        if name is None:
            continue
        if name in names:
            reader.error(item.source, f"Action `{name}` stands here twice. Delete one of them.")
        names[name] = None
        if body is not None:
            reader.check_keys(body, ("send_domain",), f"action `{name}`", severity=Severity.ERROR)
            if reader.flag(body.get("send_domain"), "`send_domain`", default=False):
                send_domain.add(name)
    return tuple(names), frozenset(send_domain)


def _missing(
    slots: Mapping[str, SlotSpec], forms: Mapping[str, FormSpec], actions: Collection[str]
) -> dict[str, SlotSpec]:
    """Return the slots that Rasa adds, less those written down."""
    return {name: slot for name, slot in implicit_slots(forms, actions).items() if name not in slots}


def _read_store_entities(node: Node | None, reader: Reader) -> bool:
    body = reader.map(node, "`config`")
    if body is None:
        return True
    reader.check_keys(body, (_STORE,), "`config` of a domain")
    return reader.flag(body.get(_STORE), f"`{_STORE}`", default=True)


def _read_session(node: Node | None, reader: Reader) -> SessionSpec:
    body = reader.map(node, "`session_config`")
    if body is None:
        return SessionSpec(expiration=timedelta(minutes=SESSION_MINUTES))
    known = ("session_expiration_time", "carry_over_slots_to_new_session")
    reader.check_keys(body, known, "`session_config`")
    minutes = reader.number(body.get(known[0]), f"`{known[0]}`")
    if minutes is None or minutes < 0:
        if minutes is not None:
            reader.error(body.entries[known[0]].source, f"`{known[0]}` should be 0 (never) or more minutes.")
        minutes = SESSION_MINUTES
    carry_over = reader.flag(body.get(known[1]), f"`{known[1]}`", default=True)
    return SessionSpec(expiration=timedelta(minutes=minutes), carry_over_slots=carry_over)
