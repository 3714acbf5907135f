"""A project folder → everything Visavis needs of it, and the part of it that a model archive carries."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.dialogue.spec import DialogueSpec, PolicySpec
from bot.domain.action_spec import ActionsSpec
from bot.domain.engine_spec import EngineSpec
from bot.errors import ModelDamaged, ModelError
from bot.rasa_format.action_keys import read_action_server
from bot.rasa_format.case_words import read_case_words
from bot.rasa_format.channels import Accounts, add_unwritten, read_channels
from bot.rasa_format.config_file import Config, read_config, read_policies
from bot.rasa_format.domain_file import read_domain
from bot.rasa_format.domain_merge import add_responses, merge_domains
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import read_project_files
from bot.rasa_format.nlu_data import NluContent, build_training_data, read_nlu
from bot.rasa_format.nodes import MapNode
from bot.rasa_format.packing import Packer, unpack
from bot.rasa_format.problem import Problems
from bot.rasa_format.stories import read_paths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from bot.connector import AccountConfig
    from bot.domain.example import Source, TrainingData
    from bot.domain.pipeline import DeskSpec, PipelineSpec
    from bot.rasa_format.files import ProjectFiles


PACKED_FILE = "dialogue.json"
PACKED_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSources:
    """The trees dialogue is read from. `domain` is merged from all its files."""

    config: MapNode
    domain: MapNode
    training: tuple[MapNode, ...]
    retrieval_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as loaded.

    `accounts_off` says in a sentence each which accounts are off and why; `account_places` is where
    accounts are written, by channel and name.
    """

    root: Path
    pipeline: PipelineSpec
    dialogue: DialogueSpec
    training: TrainingData
    desk: DeskSpec
    accounts: tuple[AccountConfig, ...]
    accounts_off: tuple[str, ...]
    account_places: Mapping[tuple[str, str], Source]
    assistant_id: str
    engine: EngineSpec
    actions: ActionsSpec
    sources: DialogueSources = field(repr=False)
    nlu: NluContent = field(repr=False)

    @property
    def runs_actions(self) -> bool:
        """Tell whether the classes in `actions/` run here, not on a server elsewhere."""
        return self.engine.url is None and not self.actions.only_server


def load_project(root: Path, environment: Mapping[str, str]) -> Project:
    """Load a project. Raises `ProjectError` for the first mistake that cannot be read past."""
    problems = Problems()
    project = read_project(root, environment, problems)
    problems.raise_first_error()
    return project


def read_project(
    root: Path,
    environment: Mapping[str, str],
    problems: Problems,
    *,
    channels: Collection[str] | None = None,
) -> Project:
    """Read as much of a project as can be read, collecting all problems."""
    reader = Reader(problems)
    files = read_project_files(root, environment, reader)
    config = read_config(files.config, reader)
    server = read_action_server(root, environment, reader, native=not config.engine.is_rasa)
    config = replace(config, actions=replace(config.actions, server=server))
    if "channels" in files.config.entries:
        accounts = read_channels(files.config.get("channels"), environment, reader, known=channels)
    else:
        accounts = read_channels(files.credentials, environment, reader, known=channels)
        if files.config.entries:
            accounts = add_unwritten(accounts, files.config, reader)
    return _assemble(root, files, reader, config=config, accounts=accounts)


def _assemble(
    root: Path,
    files: ProjectFiles,
    reader: Reader,
    *,
    config: Config,
    accounts: Accounts,
) -> Project:
    nlu = read_nlu(files.training, reader)
    for document in files.domain if len(files.domain) > 1 else ():
        read_domain(document, reader)  # for its problems: of what stands in two files, one is not used
    domain = add_responses(merge_domains(files.domain, reader), files.training, reader)
    sources = DialogueSources(
        config=files.config, domain=domain, training=files.training, retrieval_intents=retrieval_intents(nlu)
    )
    dialogue = _read_dialogue(sources, config.policies, reader)
    return Project(
        root=root,
        pipeline=config.pipeline,
        dialogue=dialogue,
        training=build_training_data(nlu),
        desk=replace(config.desk, words=read_case_words(dialogue.domain.responses)),
        accounts=accounts.accounts,
        accounts_off=accounts.off,
        account_places=accounts.places,
        assistant_id=config.assistant_id,
        engine=config.engine,
        actions=config.actions,
        sources=sources,
        nlu=nlu,
    )


def retrieval_intents(nlu: NluContent) -> tuple[str, ...]:
    """Return the intents that have a key in the training data: `faq` of `faq/opening_hours`."""
    return tuple(
        sorted({example.intent.partition("/")[0] for example in nlu.examples if "/" in example.intent})
    )


def _read_dialogue(sources: DialogueSources, policies: PolicySpec, reader: Reader) -> DialogueSpec:
    paths = read_paths(sources.training, reader)
    return DialogueSpec(
        domain=read_domain(sources.domain, reader, retrieval_intents=sources.retrieval_intents),
        rules=paths.rules,
        stories=paths.stories,
        policies=policies,
    )


def pack_dialogue(project: Project) -> dict[str, bytes]:
    """Return the files a model archive carries so that it answers as the project did when it was trained."""
    packer = Packer()
    sources = project.sources
    content = {
        "format": PACKED_FORMAT,
        "domain": packer.pack(sources.domain),
        "config": packer.pack(_only(sources.config, ("policies",))),
        "training": [packer.pack(_only(document, ("rules", "stories"))) for document in sources.training],
        "retrieval_intents": list(sources.retrieval_intents),
        "paths": packer.paths,
    }
    return {PACKED_FILE: json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()}


def load_dialogue(files: Mapping[str, bytes]) -> DialogueSpec:
    """Read what `pack_dialogue` packed. Raises `ModelError`."""
    try:
        content = json.loads(files[PACKED_FILE])
        if content["format"] != PACKED_FORMAT:
            raise ModelError("The model was made by another version of Visavis. Train it again.")
        sources = _unpack_sources(content)
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise ModelDamaged(f"The model's `{PACKED_FILE}` is missing or damaged. Train it again.") from error
    problems = Problems()
    # What is wrong with them was told when the model was trained, or is Rasa's business.
    policies = read_policies(sources.config, Reader(Problems()))
    dialogue = _read_dialogue(sources, policies, Reader(problems))
    problems.raise_first_error()
    return dialogue


def _unpack_sources(content: Any) -> DialogueSources:
    paths = content["paths"]
    domain, config, *training = (
        unpack(packed, paths) for packed in (content["domain"], content["config"], *content["training"])
    )
    documents = tuple(document for document in training if isinstance(document, MapNode))
    if not isinstance(domain, MapNode) or not isinstance(config, MapNode) or len(documents) != len(training):
        raise TypeError("a document is a map")
    return DialogueSources(
        config=config,
        domain=domain,
        training=documents,
        retrieval_intents=tuple(str(name) for name in content["retrieval_intents"]),
    )


def _only(document: MapNode, keys: Collection[str]) -> MapNode:
    return replace(document, entries={key: entry for key, entry in document.entries.items() if key in keys})


def data_digest(project: Project) -> str:
    """Return the sha256 (hex) of what training reads: data, pipeline, dialogue; not comments or layout."""
    sources = project.sources
    content = {
        **_describe_lesson(project.training, project.pipeline),
        "policies": asdict(project.dialogue.policies),
        "domain": sources.domain.plain,
        "paths": [_only(document, ("rules", "stories")).plain for document in sources.training],
    }
    if project.engine.is_started_here:  # it reads what the native engine does not look at
        content["rasa"] = _only(sources.config, ("recipe", "language", "pipeline", "policies")).plain
    return _digest(content)


def digest_lesson(training: TrainingData, pipeline: PipelineSpec) -> str:
    """Return the same for training on examples alone."""
    return _digest(_describe_lesson(training, pipeline))


def _describe_lesson(training: TrainingData, pipeline: PipelineSpec) -> dict[str, Any]:
    return {
        "examples": [
            [example.text, example.intent, [asdict(entity) for entity in example.entities]]
            for example in training.examples
        ],
        "regexes": [[pattern.name, pattern.patterns] for pattern in training.regexes],
        "lookups": [[pattern.name, pattern.patterns] for pattern in training.lookups],
        "synonyms": sorted(training.synonyms.items()),
        "triage": [
            [post.text, post.sector, post.complaint, post.urgent, post.mood] for post in training.triage
        ],
        "pipeline": asdict(pipeline),
    }


def _digest(content: dict[str, Any]) -> str:
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()
