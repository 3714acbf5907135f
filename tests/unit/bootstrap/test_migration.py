from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.bootstrap.migration import Migration, migrate_project
from bot.cli.migrate_view import show_migration, write_json
from bot.errors import ProjectError
from bot.rasa_format.migrate.finding import Outcome
from bot.rasa_format.project import load_project
from bot.settings import Settings
from tests.unit.bootstrap.old_project import DOMAIN_2, DOMAIN_3, NLU, OLD, RULES


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def migrate(folder: Path, files: dict[str, str]) -> Migration:
    return migrate_project(write(folder / "old", files), folder / "new", Settings(project=folder))


def said(migration: Migration, outcome: Outcome) -> str:
    return "\n".join(f"{found.place}: {found.text}" for found in migration.of(outcome))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    return migrate(tmp_path_factory.mktemp("migration"), OLD)


def test_an_old_project_runs_after_it(migrated: Migration) -> None:
    assert migrated.errors == ()

    domain = load_project(migrated.out, {"ACTION_SERVER_TOKEN": "t"}).dialogue.domain
    city, address = domain.slots["city"], domain.slots["address"]
    assert domain.forms["booking_form"].required_slots == ("city", "address")
    assert domain.forms["booking_form"].ignored_intents == ("greet",)
    assert [
        (each.type, each.conditions[0].active_loop if each.conditions else None) for each in city.mappings
    ] == [
        ("from_entity", "booking_form"),
        ("from_entity", None),  # what the slot did by itself because an entity has its name
    ]
    assert address.mappings[0].conditions[0].requested_slot == "address"
    assert [each.type for each in domain.slots["people"].mappings] == ["custom"]
    assert domain.slots["notes"].type == "any"
    rules = (migrated.out / "data/rules_from_triggers.yml").read_text()
    assert "- intent: call\n  - action: utter_greet" in rules


def test_comments_and_quotes_stay(migrated: Migration) -> None:
    domain = (migrated.out / "domain.yml").read_text()
    config = (migrated.out / "config.yml").read_text()

    assert domain.startswith('# our bot\nversion: "3.1"\n')
    assert "  - greet   # says hello\n" in domain
    assert '    - text: "Hello!"   # friendly\n' in domain
    assert config.startswith("# https://rasa.com/docs\nlanguage: en\n")
    assert "#   - name: sentiment.SentimentAnalyzer   # ours\n#     threshold: 0.5\n" in config
    assert "  - name: TEDPolicy\n  - name: RulePolicy\n" in config


def test_no_secret_is_copied_but_each_is_named(migrated: Migration) -> None:
    written = "".join(file.read_text() for file in migrated.out.rglob("*") if file.is_file())

    for secret in ("abcdefghijklmnop", "top-secret", "also-secret", "hidden", "in-the-env"):
        assert secret not in written
    wanted = {"TELEGRAM_TOKEN", "ACTION_SERVER_TOKEN", "MESSENGER_APP_SECRET", "MESSENGER_PAGE_ID"}
    assert set(migrated.variables) == wanted
    assert 'token: "${TELEGRAM_TOKEN}"' in written
    assert set(migrated.left_out) == {"credentials.yml", ".env", "models/"}
    assert (migrated.out / "README.md").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:hidden@actions.example/webhook",
        "https://hidden@actions.example/webhook",
        "https://actions.example/webhook?code=hidden",
        "http://[hidden@",
    ],
)
def test_no_secret_in_an_address_is_copied(tmp_path: Path, url: str) -> None:
    migration = migrate(tmp_path, OLD | {"endpoints.yml": f'action_endpoint:\n  url: "{url}"\n'})

    assert (migration.out / "endpoints.yml").read_text() == "action_endpoint:\n  url: ${ACTION_SERVER_URL}\n"
    assert "ACTION_SERVER_URL" in migration.variables


def test_whatsapp_by_twilio_is_no_account_for_text_messages(tmp_path: Path) -> None:
    twilio = 'twilio:\n  account_sid: "AC1"\n  auth_token: hidden\n  twilio_number: "whatsapp:+14155238886"\n'
    migration = migrate(tmp_path, OLD | {"credentials.yml": twilio})

    assert "credentials.yml:1: twilio: its number is one of WhatsApp" in said(migration, Outcome.PERSON)
    assert "sms:" not in (migration.out / "config.yml").read_text()


def test_who_reads_events_from_a_broker_is_told_where_they_are(tmp_path: Path) -> None:
    endpoints = "event_broker:\n  type: pika\ntracker_store:\n  type: redis\nlock_store:\nmodels:\n"
    migration = migrate(tmp_path, OLD | {"endpoints.yml": endpoints})

    assert "endpoints.yml:1: event_broker: events are published nowhere" in said(migration, Outcome.PERSON)
    replaced = said(migration, Outcome.REPLACED)
    assert "`PUT /conversations/<sender>/tracker/events` takes one over" in replaced
    assert "lock_store" not in replaced


def test_policies_of_which_none_stays_become_the_default(tmp_path: Path) -> None:
    config = "language: en\npolicies:\n- name: MappingPolicy\n- name: FormPolicy\n"
    migration = migrate(tmp_path, OLD | {"config.yml": config})

    assert "config.yml: No policies are named, so Rasa's default is meant" in said(
        migration, Outcome.REPLACED
    )


def test_action_code_that_asks_for_a_form_as_in_rasa_2_is_told(tmp_path: Path) -> None:
    code = "def check(tracker):\n\n    return tracker.form_slots_to_validate()\n"
    migration = migrate(tmp_path, OLD | {"actions/actions.py": code})

    person = said(migration, Outcome.PERSON)
    assert (
        "actions/actions.py:3: `form_slots_to_validate` is called `slots_to_validate` since Rasa 3" in person
    )


def test_what_has_another_name_now_is_renamed(tmp_path: Path) -> None:
    config = (
        "pipeline:\n- name: DucklingHTTPExtractor\n  url: http://localhost:8000\n"
        "policies:\n- name: MemoizationPolicy\n- epochs: 50\n  name: KerasPolicy\n  rnn_size: 16\n"
    )
    domain = OLD["domain.yml"] + "actions:\n- respond_faq\n"
    migration = migrate(tmp_path, OLD | {"config.yml": config, "domain.yml": domain})

    written = (migration.out / "config.yml").read_text()
    assert "- name: DucklingEntityExtractor\n  url: http://localhost:8000\n" in written
    assert "  name: TEDPolicy\n#   rnn_size: 16\n" in written
    assert "- utter_faq" in (migration.out / "domain.yml").read_text()
    replaced = said(migration, Outcome.REPLACED)
    assert "config.yml:2: DucklingHTTPExtractor is DucklingEntityExtractor since Rasa 3." in replaced
    assert "`respond_faq` is called `utter_faq`" in replaced


def test_actions_have_their_new_names_wherever_they_stand(tmp_path: Path) -> None:
    domain = OLD["domain.yml"] + "actions:\n- respond_faq\n- respond_help\n"
    domain = domain.replace("triggers: utter_greet", "triggers: respond_help")
    stories = (
        "stories:\n- story: asks   # respond_faq\n  steps:\n  - intent: greet\n  - action: respond_faq # it\n"
        '  - {action: "respond_help"}\n  - action: action_deactivate_form\n  - action: respond_other\n'
    )
    migration = migrate(tmp_path, OLD | {"domain.yml": domain, "data/stories.yml": stories})

    written = (migration.out / "data/stories.yml").read_text()
    assert written == (
        "stories:\n- story: asks   # respond_faq\n  steps:\n  - intent: greet\n  - action: utter_faq # it\n"
        '  - {action: "utter_help"}\n  - action: action_deactivate_loop\n  - action: respond_other\n'
    )
    assert "- action: utter_help\n" in (migration.out / "data/rules_from_triggers.yml").read_text()
    assert "data/stories.yml: Actions that have another name" in said(migration, Outcome.REPLACED)
    assert (migration.out / "data/rules.yml").read_text() == RULES


def test_bare_texts_become_variations(tmp_path: Path) -> None:
    domain = DOMAIN_3.replace("  - text: Hello\n", '  - Hello {name}!\n  - "Good day"\n')
    migration = migrate(tmp_path, OLD | {"domain.yml": domain, "data/nlu.yml": "", "data/rules.yml": RULES})

    written = (migration.out / "domain.yml").read_text()
    assert '  - text: Hello {name}!\n  - text: "Good day"' in written
    assert "Bare texts of `utter_greet` stand behind `text:`." in said(migration, Outcome.REPLACED)


def test_each_part_is_reported(migrated: Migration) -> None:
    assert "config.yml:10: MemoizationPolicy" in said(migrated, Outcome.RUNS)
    replaced = said(migrated, Outcome.REPLACED)
    assert "config.yml:7: DIETClassifier. In its place" in replaced
    assert "config.yml:11: TEDPolicy. In its place" in replaced
    assert "endpoints.yml:4: tracker_store: conversations are kept in PostgreSQL" in replaced
    person = said(migrated, Outcome.PERSON)
    assert "config.yml:5: `sentiment.SentimentAnalyzer` is code" in person
    assert "credentials.yml:7: facebook: an account of the channel `messenger`" in said(
        migrated, Outcome.RUNS
    )
    assert "credentials.yml:9: `my.Connector` is a connector of the project's own" in person
    assert "endpoints.yml:7: nlg" in person
    assert "actions/actions.py:1: `FormAction` is gone" in person


def test_the_report_can_be_read_by_people_and_programs(migrated: Migration, tmp_path: Path) -> None:
    screen = Console(file=io.StringIO(), width=200, highlight=False)
    show_migration(migrated, screen)
    write_json(migrated, tmp_path / "report.json")

    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "Needs a person" in shown
    assert "1 form, " in shown
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["counts"]["forms"] == 1
    assert {finding["path"] for finding in report["person"]} >= {"config.yml", "credentials.yml"}


def test_a_project_of_rasa_3_keeps_its_domain(tmp_path: Path) -> None:
    files = {
        "domain.yml": DOMAIN_3,
        "config.yml": "language: en\n",
        "data/all.yml": NLU.split("- intent: book", maxsplit=1)[0],
    }

    migration = migrate(tmp_path, files | {"data/rules.yml": RULES})

    assert migration.errors == ()
    assert (migration.out / "domain.yml").read_text() == DOMAIN_3
    assert "webchat: true" in (migration.out / "config.yml").read_text()


def test_entries_on_one_line_are_left_to_a_person(tmp_path: Path) -> None:
    config = "language: en\npolicies: [{name: MappingPolicy}, {name: RulePolicy}]\n"
    migration = migrate(tmp_path, OLD | {"config.yml": config})

    assert (migration.out / "config.yml").read_text().startswith(config)
    assert [problem.path for problem in migration.errors] == ["config.yml"]
    person = said(migration, Outcome.PERSON)
    assert "config.yml:2: MappingPolicy is gone since Rasa 3 and must be taken out" in person


def test_markdown_is_written_as_yaml(tmp_path: Path) -> None:
    files = {
        "data/nlu.md": "## intent:greet\n- hello\n## lookup:city\ndata/cities.txt\n",
        "data/cities.txt": "Ulm\nBonn\n",
        "data/README.md": "## About\n- notes of ours\n",
        "tests/talk.md": "## happy\n* greet: hello\n  - utter_greet\n",
    }

    migration = migrate(tmp_path, OLD | files)

    assert "data/nlu.md: Written as YAML: data/nlu_from_markdown.yml." in said(migration, Outcome.REPLACED)
    lookups = load_project(migration.out, {"ACTION_SERVER_TOKEN": "t"}).training.lookups
    assert [pattern.patterns for pattern in lookups] == [("Ulm", "Bonn")]
    assert "user: hello\n" in (migration.out / "tests/test_talk.yml").read_text()
    assert (migration.out / "data/README.md").exists()
    assert not (migration.out / "data/nlu.md").exists()


def test_slots_and_forms_in_different_files_meet(tmp_path: Path) -> None:
    forms = DOMAIN_2.index("forms:")
    parts = {"domain/a.yml": DOMAIN_2[:forms], "domain/b.yml": DOMAIN_2[forms:]}

    others = {name: text for name, text in OLD.items() if name != "domain.yml"}

    migration = migrate(tmp_path, others | parts)

    assert migration.errors == ()
    mappings = (
        load_project(migration.out, {"ACTION_SERVER_TOKEN": "t"}).dialogue.domain.slots["address"].mappings
    )
    assert mappings[0].conditions[0].active_loop == "booking_form"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"data/luis.json": '{"luis_schema_version": "7"}'}, "data/luis.json: This is .* in LUIS's format"),
        ({"domain.yml": "intents: [\n"}, "domain.yml: This is not YAML"),
        ({"config.yml": "pipeline: [\n"}, "config.yml:.*This is not YAML"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, files: dict[str, str], problem: str) -> None:
    with pytest.raises(ProjectError, match=problem):
        migrate(tmp_path, OLD | files)
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    root = write(tmp_path / "old", OLD)
    settings = Settings(project=tmp_path)
    write(tmp_path / "new", {"mine.txt": "x"})

    with pytest.raises(ProjectError, match="nothing is overwritten"):
        migrate_project(root, tmp_path / "new", settings)
    with pytest.raises(ProjectError, match="inside the old one"):
        migrate_project(root, root / "new", settings)
    with pytest.raises(ProjectError, match="There is no domain"):
        migrate_project(tmp_path / "new", tmp_path / "newer", settings)
