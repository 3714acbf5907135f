from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.spec import MemorySpec
from bot.domain.pipeline import PublicPosts
from bot.rasa_format.config_file import Config, read_config
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read(text: str) -> tuple[Config, list[str]]:
    problems = Problems()
    config = read_config(parse_yaml(text.encode(), path="config.yml"), Reader(problems))
    return config, [problem.show() for problem in problems]


def test_empty_config_means_rasas_defaults() -> None:
    config, problems = read("")

    assert problems == []
    assert (config.pipeline.fallback_threshold, config.pipeline.ambiguity_threshold) == (0.3, 0.1)
    assert config.policies.rules
    assert config.policies.memories == (MemorySpec(),)
    assert config.desk.default_queue == "support"


def test_pipeline_without_fallback_classifier_has_no_thresholds() -> None:
    config, _ = read("language: de\npipeline:\n- name: WhitespaceTokenizer\n")

    assert (config.pipeline.language, config.pipeline.fallback_threshold) == ("de", None)


def test_components_are_kept_as_written() -> None:
    config, problems = read(
        "pipeline:\n- name: rasa.nlu.extractors.entity_synonyms.EntitySynonymMapper\n"
        "- name: FallbackClassifier\n  threshold: 1\n"
    )

    assert problems == []
    assert [component["name"] for component in config.pipeline.components] == [
        "EntitySynonymMapper",
        "FallbackClassifier",
    ]
    assert (config.pipeline.fallback_threshold, config.pipeline.ambiguity_threshold) == (1.0, 0.1)


def test_policies_are_read() -> None:
    config, problems = read("""\
policies:
- name: AugmentedMemoizationPolicy
  max_history: 4
- name: RulePolicy
  core_fallback_threshold: 0.5
  core_fallback_action_name: action_x
  enable_fallback_prediction: false
""")

    policies = config.policies
    assert problems == []
    assert policies.rules
    assert policies.memories == (MemorySpec(augmented=True, max_history=4),)
    assert (policies.core_fallback_threshold, policies.core_fallback_action) == (0.5, "action_x")
    assert not policies.fallback_prediction


def test_stories_are_memorised_where_only_ted_would_run_them() -> None:
    config, _ = read("policies:\n- name: TEDPolicy\n  max_history: 5\n- name: RulePolicy\n")

    policies = config.policies
    assert policies.memories == (MemorySpec(max_history=5, priority=1),)
    assert policies.learns


@pytest.mark.parametrize(
    ("text", "learns"), [("policies:\n", True), ("policies:\n- name: RulePolicy\n", False)]
)
def test_a_policy_that_learns_is_meant_by_naming_none(text: str, *, learns: bool) -> None:
    assert read(text)[0].policies.learns is learns


def test_both_memories_are_read_in_their_order() -> None:
    config, _ = read(
        "policies:\n- name: MemoizationPolicy\n- name: TEDPolicy\n- name: RulePolicy\n"
        "- name: AugmentedMemoizationPolicy\n  max_history: 3\n  priority: 4\n"
    )

    policies = config.policies
    assert policies.memories == (MemorySpec(), MemorySpec(augmented=True, max_history=3, priority=4))
    assert policies.memories_first == 1


def test_neural_parts_are_replaced_and_said_so() -> None:
    _, problems = read(
        "pipeline:\n- name: DIETClassifier\n  epochs: 100\npolicies:\n- name: TEDPolicy\n- name: RulePolicy\n"
    )

    assert [problem.split(" In its place")[0] for problem in problems] == [
        "config.yml:2: note: `DIETClassifier` does not run here.",
        "config.yml:5: warning: `TEDPolicy` does not run here.",
    ]
    assert "the rules, and the stories as written" in problems[1]
    assert "`engine: rasa`" in problems[1]


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ("RegexEntityExtractor", None),
        ("LogisticRegressionClassifier", "note: `LogisticRegressionClassifier` does not run here. In its"),
        ("CountVectorsFeaturizer", "note: `CountVectorsFeaturizer` does not run here. In its place"),
        ("RegexFeaturizer", "note: `RegexFeaturizer` does not run here. In its place"),
        ("CRFEntityExtractor", "note: `CRFEntityExtractor` does not run here. In its place"),
        ("KeywordIntentClassifier", None),
        ("DucklingEntityExtractor", "note: `DucklingEntityExtractor` does not run here. In its place"),
    ],
)
def test_every_component_is_said_to_do_what_it_does(component: str, told: str | None) -> None:
    _, problems = read(f"pipeline:\n- name: {component}\n")

    assert [line.startswith(f"config.yml:2: {told}") for line in problems] == ([True] if told else [])


def test_desk_has_queues() -> None:
    config, problems = read(
        "desk:\n  queues:\n    a: {first_answer_minutes: 5}\n    b: {first_answer_minutes: 0.5}\n"
        "  default_queue: b\n"
    )

    assert problems == []
    assert [queue.first_answer for queue in config.desk.queues.values()] == [
        timedelta(minutes=5),
        timedelta(seconds=30),
    ]
    assert config.desk.default_queue == "b"


def test_desk_says_whether_a_person_is_called_at_once() -> None:
    assert read("desk: {}\n")[0].desk.hand_over_at_once
    config, problems = read("desk:\n  hand_over_at_once: false\n")
    assert (config.desk.hand_over_at_once, problems) == (False, [])


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("desk: {}\n", PublicPosts.NEEDED),
        ("desk:\n  public_posts:\n    answer: needed\n", PublicPosts.NEEDED),
        ("desk:\n  public_posts:\n    answer: all\n", PublicPosts.ALL),
    ],
)
def test_desk_says_which_public_posts_are_answered(text: str, answered: PublicPosts) -> None:
    config, problems = read(text)

    assert (config.desk.public_posts, problems) == (answered, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "pipeline:\n- name: DIETClasifier\n",
            "config.yml:2: error: `DIETClasifier` is not known in `pipeline`. Did you mean `DIETClassifier`?",
        ),
        ("pipeline:\n- name: my.Own\n", "config.yml:2: warning: `my.Own` is code of its own for Rasa"),
        (
            "pipeline:\n- name: my.OwnFeaturizer\n",
            "config.yml:2: note: `my.OwnFeaturizer` is code of its",
        ),
        ("policies:\n- name: my.Own\n", "real Rasa runs it with `engine: rasa`."),
        (
            "policies:\n- name: FormPolicy\n",
            "config.yml:2: error: `FormPolicy` is gone since Rasa 3: Rule",
        ),
        ("pipeline:\n- name: Spelling\n", "config.yml:2: error: `Spelling` is not known in `pipeline`."),
        ("pipeline:\n- epochs: 1\n", "config.yml:2: error: This item of `pipeline` has no name"),
        (
            "pipeline:\n- name: FallbackClassifier\n  threshold: 30\n",
            "config.yml:3: error: `threshold` should be between 0 and 1",
        ),
        ("policies:\n- name: RulPolicy\n", "Did you mean `RulePolicy`?"),
        (
            "policies:\n- name: RulePolicy\n  core_fallback_threshold: 2\n",
            "config.yml:3: error: `core_fallback_threshold`",
        ),
        (
            "policies:\n- name: MemoizationPolicy\n  max_history: 0\n",
            "config.yml:3: warning: `max_history: 0`",
        ),
        ("policies:\n- name: MemoizationPolicy\n  max_history: 1.5\n", "config.yml:3: error: `max_history`"),
        ("engine: natve\n", "config.yml:1: error: There is no engine `natve`. Did you"),
        ("engine: mycroft\n", "config.yml:1: error: There is no engine `mycroft`. Engines are: native"),
        ("triage: {}\n", "config.yml:1: warning: `triage` changes nothing"),
        ("importers: [{name: a.B}]\n", "config.yml:1: warning: The importer `a.B` does not run here"),
        ("imports: [a]\n", "config.yml:1: warning: `imports` changes nothing without `importers:"),
        ("x-mine: 1\n", "config.yml:1: warning: `x-mine` means nothing here."),
        ("recipe: graph.v1\n", "config.yml:1: error: The recipe `graph.v1` is not known"),
        ("pipelin: []\n", "config.yml:1: warning: `pipelin` means nothing here. Did you mean `pipeline`?"),
        (
            "desk:\n  queues:\n    a: {first_answer_minutes: 5}\n  default_queue: b\n",
            "config.yml:4: error: The default queue `b`",
        ),
        (
            "desk:\n  queues:\n    a: {}\n",
            "config.yml:3: error: Queue `a` should say `first_answer_minutes:`",
        ),
        ("desk:\n  queues:\n    a: {first_answer_minutes: 0}\n", "config.yml:3: error: Queue `a`"),
        (
            "desk:\n  public_posts:\n    answer: never\n",
            "config.yml:3: error: `answer: never` is not known. Write one of: all, needed.",
        ),
        ("desk:\n  public_posts: needed\n", "config.yml:2: error: `public_posts` should be a map"),
        ("desk:\n  public_posts:\n    answers: all\n", "config.yml:3: error: `answers` means nothing in"),
        ("desk: []\n", "config.yml:1: error: `desk` should be a map"),
    ],
)
def test_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    _, problems = read(text)

    assert any(problem in found for found in problems), problems


def test_class_of_its_own_is_left_out_and_may_be_what_a_fallback_needs() -> None:
    config, problems = read(
        "pipeline:\n- name: WhitespaceTokenizer\n- name: my.Classifier\n- name: FallbackClassifier\n"
        "policies:\n- name: my.Policy\n- name: RulePolicy\n"
    )

    assert not any("error" in found for found in problems)
    names = [component["name"] for component in config.pipeline.components]
    assert names == ["WhitespaceTokenizer", "FallbackClassifier"]
    assert config.policies.rules
    assert [memory.priority for memory in config.policies.memories] == [1]
