"""`config.yml` → pipeline, policies, engine, actions and desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.dialogue.spec import MemorySpec, PolicySpec
from bot.domain.action_spec import ActionsSpec
from bot.domain.engine_spec import EngineSpec
from bot.domain.example import Source
from bot.domain.pipeline import DeskSpec, PipelineSpec, PublicPosts, QueueSpec
from bot.rasa_format.action_keys import read_actions
from bot.rasa_format.components import POLICIES, names_own_class, read_named
from bot.rasa_format.engine_key import read_engine
from bot.rasa_format.fields import Reader
from bot.rasa_format.imported import IMPORTER, importers_of
from bot.rasa_format.nodes import MapNode, Node
from bot.rasa_format.pipeline_file import read_pipeline
from bot.rasa_format.problem import Problems, Severity, did_you_mean

OWN_KEYS = ("engine", "actions", "channels", "desk")
_RASA_KEYS = ("recipe", "assistant_id", "language", "pipeline", "policies", "version", "importers", "imports")
_IMPORTERS = ("RasaFileImporter", IMPORTER)
_IGNORED = {
    "triage": "there is nothing to choose about complaints yet",
    "spaces": "only the files of this folder are read",
}
RECIPE = "default.v1"
GRAPH_RECIPE = "graph.v1"
_MEMOIZATION = "MemoizationPolicy"  # ends the names of both
_GUESSED = 1  # the priority of what stands for a policy that guesses


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `config.yml` says, channels apart."""

    pipeline: PipelineSpec
    policies: PolicySpec
    desk: DeskSpec
    assistant_id: str
    engine: EngineSpec = field(default_factory=EngineSpec)
    actions: ActionsSpec = field(default_factory=ActionsSpec)


def read_config(config: MapNode, reader: Reader) -> Config:
    """Read the file. `channels` is read by `bot.rasa_format.channels`."""
    engine = read_engine(config.get("engine"), reader)
    # Real Rasa reads these itself, also those that do not run here, and says what is wrong with them.
    rasas = Reader(Problems()) if engine.is_rasa else reader
    _check_top(config, reader)
    _check_importers(config, reader)
    _check_recipe(config.get("recipe"), rasas)
    return Config(
        pipeline=read_pipeline(config, rasas),
        policies=read_policies(config, rasas),
        desk=_read_desk(config.get("desk"), reader),
        assistant_id=reader.text(config.get("assistant_id"), "`assistant_id`") or "",
        engine=engine,
        actions=read_actions(config.get("actions"), reader),
    )


def _check_top(config: MapNode, reader: Reader) -> None:
    known = _RASA_KEYS + OWN_KEYS
    for key, entry in config.entries.items():
        if key in _IGNORED:
            reader.warn(entry.source, f"`{key}` changes nothing: {_IGNORED[key]}. Delete it.")
        elif key not in known:
            hint = did_you_mean(key, known) or " Delete it, unless another tool reads it."
            reader.warn(entry.source, f"`{key}` means nothing here.{hint}")


def _check_importers(config: MapNode, reader: Reader) -> None:
    named = importers_of(config)
    for name in named:
        if name not in _IMPORTERS:
            text = f"The importer `{name}` does not run here: only the files of this folder are read."
            reader.warn(config.entries["importers"].source, text)
    if "imports" in config.entries and IMPORTER not in named:
        text = f"`imports` changes nothing without `importers: [{{name: {IMPORTER}}}]`, as in Rasa. Add it."
        reader.warn(config.entries["imports"].source, text)


def _check_recipe(recipe: Node | None, reader: Reader) -> None:
    text = reader.text(recipe, "`recipe`")
    if recipe is not None and text not in (None, RECIPE):
        graph = " A graph of one's own runs in Rasa only." if text == GRAPH_RECIPE else ""
        reader.error(recipe.source, f"The recipe `{text}` is not known.{graph} Write `recipe: {RECIPE}`.")


def read_policies(config: MapNode, reader: Reader) -> PolicySpec:
    """Read `policies:`; none at all means Rasa's default: memorised stories and rules."""
    found = tuple(read_named(config.get("policies"), "policies", POLICIES, reader))
    if not found:
        return PolicySpec(memories=(MemorySpec(),), learns=True)
    rule = dict(found).get("RulePolicy")
    memorising = {name for name, _ in found if name.endswith(_MEMOIZATION)}
    remembering = memorising or {"TEDPolicy"}  # what is said of it holds: stories as written
    names = [name for name, _ in found if name in (*remembering, "RulePolicy")]
    rules = rule or MapNode(source=config.source)
    memories = tuple(_read_memory(name, body, reader) for name, body in found if name in remembering)
    is_own = names_own_class(config, "policies")
    if not memories and is_own:
        memories = (MemorySpec(priority=_GUESSED),)  # as said of it
    fallback = reader.text(rules.get("core_fallback_action_name"), "`core_fallback_action_name`")
    return PolicySpec(
        rules=rule is not None,
        core_fallback_threshold=reader.share(
            rules.get("core_fallback_threshold"), "`core_fallback_threshold`", default=0.3
        ),
        core_fallback_action=fallback or "action_default_fallback",
        fallback_prediction=reader.flag(
            rules.get("enable_fallback_prediction"),
            "`enable_fallback_prediction`",
            default=rule is not None,
        ),
        memories=memories,
        memories_first=names.index("RulePolicy") if rule else 0,
        restrict_rules=_flag(rules, "restrict_rules", reader),
        check_rules=_flag(rules, "check_for_contradictions", reader),
        rule_priority=_priority(rules, 4, reader),
        rules_by_confidence=_by_confidence(rules, reader),
        learns=is_own or "TEDPolicy" in dict(found),
    )


def _read_memory(name: str, body: MapNode, reader: Reader) -> MemorySpec:
    return MemorySpec(
        augmented=name.startswith("Augmented"),
        max_history=_max_history(body, reader),
        priority=_priority(body, 3 if name.endswith(_MEMOIZATION) else _GUESSED, reader),
        by_confidence=_by_confidence(body, reader),
    )


def _by_confidence(policy: MapNode, reader: Reader) -> bool:
    return reader.flag(
        policy.get("use_nlu_confidence_as_score"), "`use_nlu_confidence_as_score`", default=False
    )


def _priority(policy: MapNode, default: int, reader: Reader) -> int:
    number = reader.whole_number(policy.get("priority"), "`priority`")
    return default if number is None else number


def _flag(rules: MapNode, key: str, reader: Reader) -> bool:
    return reader.flag(rules.get(key), f"`{key}`", default=True)


def _max_history(memory: MapNode, reader: Reader) -> int | None:
    node = memory.get("max_history")
    number = reader.whole_number(node, "`max_history`")
    if node is not None and number is not None and number < 0:
        reader.error(node.source, "`max_history` should be 1 or more; leave it out to remember everything.")
        return None
    if node is not None and number == 0:
        reader.warn(node.source, "`max_history: 0` remembers everything, as in Rasa. Leave it out to say so.")
        return None
    return number


_DESK_KEYS = ("queues", "default_queue", "promises", "public_posts", "hand_over_at_once")


def _read_desk(node: Node | None, reader: Reader) -> DeskSpec:
    body = reader.map(node, "`desk`")
    if body is None:
        return DeskSpec()
    reader.check_keys(body, _DESK_KEYS, "`desk`")
    queues: dict[str, QueueSpec] = {}
    for name, entry in reader.entries(body.get("queues"), "`queues`"):
        minutes = _first_answer(name, entry.node, entry.source, reader)
        queues[name] = QueueSpec(name=name, first_answer=timedelta(minutes=minutes))
    queues = queues or dict(DeskSpec().queues)
    default = reader.text(body.get("default_queue"), "`default_queue`") or next(iter(queues))
    if default not in queues:
        source = body.entries["default_queue"].source
        hint = did_you_mean(default, queues) or f" Queues are: {', '.join(queues)}."
        reader.error(source, f"The default queue `{default}` is not one of `queues`.{hint}")
        default = next(iter(queues))
    promises = frozenset(reader.texts(body.get("promises"), "`promises`")) or DeskSpec().promises
    return DeskSpec(
        queues=queues,
        default_queue=default,
        promises=promises,
        public_posts=_read_public_posts(body.get("public_posts"), reader),
        hand_over_at_once=reader.flag(body.get("hand_over_at_once"), "`hand_over_at_once`", default=True),
    )


def _read_public_posts(node: Node | None, reader: Reader) -> PublicPosts:
    """Return which public posts are answered."""
    body = reader.map(node, "`public_posts`")
    if body is None:
        return PublicPosts.NEEDED
    known = tuple(each.value for each in PublicPosts)
    reader.check_keys(body, ("answer",), "`public_posts`", severity=Severity.ERROR)
    answer = reader.text(body.get("answer"), "`answer`")
    if answer is None:
        return PublicPosts.NEEDED
    if answer in known:
        return PublicPosts(answer)
    hint = did_you_mean(answer, known) or f" Write one of: {', '.join(known)}."
    reader.error(body.entries["answer"].source, f"`answer: {answer}` is not known.{hint}")
    return PublicPosts.NEEDED


def _first_answer(name: str, node: Node, source: Source, reader: Reader) -> float:
    """Return in how many minutes a queue promises a first answer."""
    fallback = 30.0
    body = reader.map(node, f"queue `{name}`")
    if body is None:
        return fallback
    reader.check_keys(body, ("first_answer_minutes",), f"queue `{name}`")
    minutes = reader.number(body.get("first_answer_minutes"), "`first_answer_minutes`")
    if minutes is not None and minutes > 0:
        return float(minutes)
    reader.error(source, f"Queue `{name}` should say `first_answer_minutes:` with a number above 0.")
    return fallback
