"""`visavis migrate`: an existing Rasa project's folder → a new folder that runs here, and a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap.migration_copy import CREDENTIALS, ENDPOINTS, copy_project
from bot.bootstrap.project import examine_project, list_channels
from bot.errors import ProjectError
from bot.rasa_format.files import (
    DATA_FOLDERS,
    data_folder,
    is_domain_content,
    list_domain_files,
    list_training_files,
    relative_path,
)
from bot.rasa_format.imported import CONFIG_FILE, walk_yaml_files
from bot.rasa_format.migrate.action_code import check_code
from bot.rasa_format.migrate.config import ConfigMigration, make_assistant_id
from bot.rasa_format.migrate.credentials import Channels, CredentialsMigration
from bot.rasa_format.migrate.domain import DomainFile, DomainMigration, rules_for
from bot.rasa_format.migrate.endpoints import migrate_endpoints
from bot.rasa_format.migrate.finding import Finding, Findings, Outcome
from bot.rasa_format.migrate.markdown import MarkdownFile
from bot.rasa_format.migrate.round_trip import dump_yaml, load_yaml
from bot.rasa_format.migrate.steps import RENAMED_ACTIONS, rename_actions
from bot.rasa_format.nodes import MapNode
from bot.rasa_format.old_formats import find_old_formats, name_old_format
from bot.rasa_format.problem import Problem, Severity
from bot.rasa_format.yaml_reader import parse_yaml
from bot.rasa_format.yaml_text import decode_text
from bot.settings import get_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.rasa_format.project import Project
    from bot.settings import Settings

TESTS, _MARKDOWN = "tests", ".md"
_TRIGGER_RULES = "rules_from_triggers.yml"
_NO_CONFIG = b"recipe: default.v1\nlanguage: en\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What was written to `out`, and what is to be said about it.

    `problems` are those of the new project, errors and warnings; `variables` are to be set, with what belongs
    into each; `counts` says how much of what there is.
    """

    out: Path
    findings: Findings
    variables: Mapping[str, str]
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    left_out: tuple[str, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the new project from running."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    def of(self, outcome: Outcome) -> tuple[Finding, ...]:
        """Return the findings of one outcome."""
        return self.findings.of(outcome)


def migrate_project(root: Path, out: Path, settings: Settings) -> Migration:
    """Write the project in `root` anew into `out`, which must be empty or not there.

    Nothing in `root` is changed. Raises `ProjectError` for what cannot be read at all, or must be converted
    by Rasa first.
    """
    _check_places(root, out)
    _refuse_old_formats(root)
    findings = Findings()
    written = _Written(root, findings)
    written.take_markdown()
    written.take_domain()
    written.take_config()
    written.take_endpoints()
    left_out = copy_project(root, out, written.files, without=written.converted)
    _check_actions(out, findings)
    # Variables to be set are not missing: the new project is looked at as if they were.
    environment = {**dict.fromkeys(written.needed, "set"), **get_environment()}
    new = settings.model_copy(update={"project": out})
    project, problems = examine_project(new, with_actions=False, environment=environment)
    return Migration(
        out=out,
        findings=findings,
        variables=written.variables,
        problems=tuple(problem for problem in problems if problem.severity is not Severity.NOTE),
        counts=_count(project),
        left_out=left_out,
    )


def _check_places(root: Path, out: Path) -> None:
    if not root.is_dir():
        raise ProjectError(str(root), None, "There is no such folder.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ProjectError(
            str(out), None, "There is something already, and nothing is overwritten. Name another with --out."
        )
    if out.resolve().is_relative_to(root.resolve()):
        raise ProjectError(
            str(out), None, "The new project cannot lie inside the old one. Name another place with --out."
        )
    if not list_domain_files(root) or not list_domain_files(root)[0].exists():
        raise ProjectError(
            str(root), None, "There is no domain.yml and no folder domain/: is this a Rasa project?"
        )


def _refuse_old_formats(root: Path) -> None:
    folder = data_folder(root)
    for file in find_old_formats(folder) if folder else ():
        if file.suffix != _MARKDOWN:
            raise ProjectError(relative_path(root, file), None, name_old_format(file))


class _Written:
    """The files that are written anew, by path; all others are copied."""

    def __init__(self, root: Path, findings: Findings) -> None:
        self._root = root
        self._findings = findings
        self.files: dict[str, bytes] = {}
        self.variables: dict[str, str] = {}
        self.needed: tuple[str, ...] = ()  # those without which nothing starts
        self.converted: set[str] = set()  # files whose content stands in others now
        self._needs_rules = False

    def take_markdown(self) -> None:
        """Write the training data and test stories of Rasa 1 as YAML."""
        data = data_folder(self._root)
        for folder, prefix in ((data, ""), (self._root / TESTS, "test_")):
            for file in sorted(folder.rglob(f"*{_MARKDOWN}")) if folder else ():
                self._convert(file, prefix)

    def _convert(self, file: Path, prefix: str) -> None:
        path = relative_path(self._root, file)
        text = decode_text(file.read_bytes(), path=path)
        markdown = MarkdownFile(path, self._findings, read_list=self._read_list)
        written = markdown.convert(text)
        if not name_old_format(file) and "\nresponses:" not in written:
            return  # notes, and the like
        name = f"{prefix}{file.stem.removeprefix(prefix)}"
        free = (f"{name}{ending}.yml" for ending in ("", "_from_markdown"))
        target = next((file.with_name(each) for each in free if not file.with_name(each).exists()), None)
        if target is None:
            self._findings.person(path, "This is training data in Markdown, and its new name is taken.")
            return
        self.files[relative_path(self._root, target)] = written.encode()
        self.converted.add(path)
        self._findings.replaced(path, f"Written as YAML: {relative_path(self._root, target)}.")

    def _read_list(self, name: str) -> str | None:
        file = (self._root / name).resolve()
        inside = file.is_relative_to(self._root.resolve()) and file.is_file()
        return file.read_text(encoding="utf-8", errors="replace") if inside else None

    def take_domain(self) -> None:
        """Upgrade the domain's files, where they are Rasa 2's."""
        paths = {relative_path(self._root, file): file for file in list_domain_files(self._root)}
        texts = {path: decode_text(file.read_bytes(), path=path) for path, file in paths.items()}
        read = {path: load_yaml(text, path) for path, text in texts.items()}
        files = [
            DomainFile(path=path, content=yaml) for path, yaml in read.items() if is_domain_content(yaml)
        ]
        migration = DomainMigration(files, self._findings)
        migration.run()
        for file in files:
            self._needs_rules = self._needs_rules or bool(file.content.get("forms"))
            if file.path in migration.changed:
                self.files[file.path] = dump_yaml(file.content, like=texts[file.path])
            else:
                self._findings.runs(file.path, "The domain, as it is.")
        if migration.triggers:
            folder = data_folder(self._root)
            name = f"{folder.name if folder else DATA_FOLDERS[-1]}/{_TRIGGER_RULES}"
            named = {
                intent: migration.renamed.get(action, action) for intent, action in migration.triggers.items()
            }
            self.files[name] = rules_for(named).encode()
            self._needs_rules = True
        self._rename_actions(migration.renamed)

    def _rename_actions(self, renamed: Mapping[str, str]) -> None:
        for file in (*list_training_files(self._root), *walk_yaml_files(self._root / TESTS)):
            data = file.read_bytes()
            new = rename_actions(data, {**RENAMED_ACTIONS, **renamed})
            if new != data:
                path = relative_path(self._root, file)
                self.files[path] = new
                self._findings.replaced(path, "Actions that have another name since Rasa 3 have it here.")

    def take_config(self) -> None:
        """Write `config.yml` anew, with the channels of `credentials.yml`."""
        file = self._root / CONFIG_FILE
        data = file.read_bytes() if file.exists() else _NO_CONFIG
        config = parse_yaml(data, path=CONFIG_FILE)
        text = decode_text(data, path=CONFIG_FILE)
        channels = self._read_channels()
        self.variables |= channels.variables
        self.files[CONFIG_FILE] = (
            ConfigMigration(text, config, CONFIG_FILE, self._findings)
            .run(
                needs_rules=self._needs_rules or _mentions_rules(self._root),
                assistant_id=make_assistant_id(self._root.resolve().name),
                channels=channels.lines,
            )
            .encode()
        )

    def take_endpoints(self) -> None:
        """Write `endpoints.yml` anew, with what is read of it here."""
        file = self._root / ENDPOINTS
        if file.exists():
            endpoints = parse_yaml(file.read_bytes(), path=ENDPOINTS)
            text, variables = migrate_endpoints(endpoints, ENDPOINTS, self._findings)
            self.variables |= variables
            self.needed = tuple(variables)
            if text:
                self.files[ENDPOINTS] = text.encode()

    def _read_channels(self) -> Channels:
        file = self._root / CREDENTIALS
        credentials = MapNode(source=parse_yaml(b"", path=CREDENTIALS).source)
        if file.exists():
            credentials = parse_yaml(file.read_bytes(), path=CREDENTIALS)
        return CredentialsMigration(CREDENTIALS, list_channels(), self._findings).run(credentials)


def _mentions_rules(root: Path) -> bool:
    folder = data_folder(root)
    files = folder.rglob("*.y*ml") if folder else ()
    return any(line.startswith(b"rules:") for file in files for line in file.read_bytes().splitlines())


def _check_actions(out: Path, findings: Findings) -> None:
    files = [
        file for file in (out / "actions.py", *sorted((out / "actions").rglob("*.py"))) if file.is_file()
    ]
    for file in files:
        check_code(file.read_text(encoding="utf-8", errors="replace"), relative_path(out, file), findings)


def _count(project: Project) -> dict[str, int]:
    domain = project.dialogue.domain
    return {
        "examples": len(project.nlu.examples),
        "intents": len(domain.intents),
        "entities": len(domain.entities),
        "slots": len(domain.slots),
        "forms": len(domain.forms),
        "responses": len(domain.responses),
        "actions": len(domain.actions),
        "rules": len(project.dialogue.rules),
        "stories": len(project.dialogue.stories),
    }
