"""What `visavis check` looks at: the project's files, and whether this machine has what they name."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.bootstrap.project import examine_project, load_project_actions
from bot.domain.example import Source
from bot.domain.pipeline import ENCODER, KEYWORDS, SPACY_MODEL
from bot.engines.native.remote_actions import RemoteActions
from bot.errors import ActionError, ModelError
from bot.nlu.components import choose_components
from bot.nlu.decision import Decider
from bot.nlu.dimensions.options import load_timezone
from bot.nlu.encoder_files import find_encoder_files
from bot.nlu.keywords import learn_keywords
from bot.nlu.outline import outline
from bot.nlu.spacy_entities import check_installed
from bot.nlu.tokens import name_lack
from bot.rasa_format.action_keys import ENDPOINTS_FILE
from bot.rasa_format.checks.actions import list_missing
from bot.rasa_format.known import child, items
from bot.rasa_format.nodes import MapNode
from bot.rasa_format.pipeline_file import DUCKLING
from bot.rasa_format.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.action_spec import ActionServer
    from bot.rasa_format.problem import Problem
    from bot.rasa_format.project import Project
    from bot.settings import Settings

_NAMED = 3  # examples
_PATIENCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All problems by file and line, and (stage, what runs there) of the pipeline."""

    problems: tuple[Problem, ...]
    stages: tuple[tuple[str, str], ...]


def inspect_project(settings: Settings) -> Inspection:
    """Look at everything. Actions that cannot be imported are a problem like others."""
    project, problems = examine_project(settings, with_actions=True)
    lack_of_rules = name_lack(project.pipeline.language)
    if lack_of_rules:
        source = (project.sources.config.entries.get("language") or project.sources.config).source
        problems.warn(source, f"{lack_of_rules}. Words are cut at blanks and punctuation, as in Rasa.")
    for source, lack in _find_lacks(project):
        problems.warn(source, f"On this machine {lack}.")
    for doubt in _doubt_action_server(project):
        problems.warn(Source(path=ENDPOINTS_FILE, line=0), doubt)
    for note in _note_lost_keywords(project):
        problems.tell(_place(project.sources.config, KEYWORDS), Severity.NOTE, note)
    return Inspection(problems=tuple(problems), stages=outline(project.pipeline))


def _doubt_action_server(project: Project) -> list[str]:
    """Return what is doubtful about the server that some actions are to run on; nobody there is no error.

    It may be started later, and on another machine.
    """
    server = project.actions.server
    here = frozenset(load_project_actions(project).actions) if server else frozenset()
    missing = list_missing(project, here) if server else []
    return asyncio.run(_ask_for(missing, server, project)) if server and missing else []


async def _ask_for(missing: list[str], server: ActionServer, project: Project) -> list[str]:
    remote = RemoteActions(server, replace(project.actions, limit=_PATIENCE))
    try:
        known = await remote.list_names()
    except ActionError as error:
        return [f"The action server cannot be asked now: {error}. Turns that need it end with a person."]
    finally:
        await remote.close()
    return [f"The action server {server.shown} has no `{name}` now." for name in missing if name not in known]


def _find_lacks(project: Project) -> Iterator[tuple[Source, ModelError]]:
    """Yield what the pipeline names and this machine lacks. Nothing is downloaded to find out."""
    config, spec = project.sources.config, project.pipeline
    if spec.encoder is not None and spec.encoder.model:
        try:
            find_encoder_files(spec.encoder, project.root, may_download=False)
        except ModelError as error:
            yield _place(config, ENCODER), error
    components = choose_components(spec)
    if components.spacy is not None:
        try:
            check_installed(components.spacy)
        except ModelError as error:
            yield _place(config, SPACY_MODEL), error
    if components.dimensions is not None:
        try:
            load_timezone(components.dimensions.timezone)
        except ModelError as error:
            yield _place(config, DUCKLING), error


def _note_lost_keywords(project: Project) -> Iterator[str]:
    """Yield a sentence where Rasa's rules leave examples out of the keywords."""
    components, examples = choose_components(project.pipeline), project.training.examples
    if Decider.KEYWORDS in components.order:
        learned = learn_keywords(examples, case_sensitive=components.keywords_case_sensitive is not False)
        texts = dict.fromkeys(example.text for example in examples)
        keywords = dict(learned.entries)
        lost = [text for text in texts if text not in keywords]
        named = ", ".join(f'"{text}"' for text in lost[:_NAMED])
        if lost:
            yield (
                f"{len(lost)} of {len(texts)} examples are no keywords, because an example of another intent "
                f"holds them: {named}{', …' if len(lost) > _NAMED else ''}."
            )


def _place(config: MapNode, name: str) -> Source:
    """Return where the last component of that name is written, with or without its package."""
    written = (item for item in items(child(config, "pipeline")) if isinstance(item, MapNode))
    places = [item.source for item in written if f".{item.plain.get('name')}".endswith(f".{name}")]
    return places[-1] if places else config.source
