"""Every mistake that a check finds, with its place."""

from __future__ import annotations

import pytest

from tests.unit.rasa_format.checking import TWO_MESSAGES, check, in_domain, in_nlu, in_rules
from tests.unit.rasa_format.conftest import CONFIG, NLU, STORIES, Write

SLOT = "  mood: {type: categorical, values: [good, bad], mappings: [{type: custom}]}\n"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            in_nlu("intent: greet", "intent: gret"),
            "nlu_data/nlu/all.yml:5: warning: The intent `gret` is not in the domain. Did you mean `greet`?",
        ),
        (
            in_nlu("(order_number)", "(ordernumber)"),
            "nlu_data/nlu/all.yml:9: warning: The entity `ordernumber` is not in the domain. Did you mean",
        ),
        (
            in_nlu("- track my order", "- Hello"),
            'nlu_data/nlu/all.yml:5: warning: "hello" teaches `greet` here and `ask_order` in',
        ),
        (
            in_nlu("- track my order", "- Hello"),
            'nlu_data/nlu/all.yml:10: warning: "Hello" teaches `ask_order` here and `greet` in',
        ),
        (in_nlu("- hi there", "- hello"), 'nlu_data/nlu/all.yml:6: warning: "hello" stands twice, first in'),
        (
            {"nlu_data/nlu/all.yml": NLU + "- regex: zip\n  examples: |\n    - (\n"},
            "nlu_data/nlu/all.yml:11: error: `(` of regex `zip` is no regular expression",
        ),
        (
            {
                "nlu_data/nlu/all.yml": NLU
                + "- synonym: a\n  examples: |\n    - x\n- synonym: b\n  examples: |\n    - X\n"
            },
            'nlu_data/nlu/all.yml:16: warning: "X" stands for `b` here and for `a`',
        ),
        (
            in_domain("- greet", "- greet\n- praise"),
            "domain.yml:4: warning: The intent `praise` has no examples",
        ),
        (
            in_domain("- greet", "- greet\n- praise"),
            "domain.yml:4: warning: No rule, story or form uses the intent",
        ),
        (
            in_domain("entity: order_number", "entity: order_nr"),
            "domain.yml:12: warning: The entity `order_nr` of slot `order_number` does not exist.",
        ),
        (
            in_domain("entity: order_number", "entity: order_number\n      role: from"),
            "domain.yml:13: warning: The entity `order_number` has no role `from`",
        ),
        (
            in_domain("entity: order_number", "entity: order_number\n      intent: asc_order"),
            "domain.yml:13: warning: The intent `asc_order` of slot `order_number` does not exist.",
        ),
        (
            in_domain(
                "entity: order_number",
                "entity: order_number\n      conditions:\n      - active_loop: order_frm",
            ),
            "domain.yml:14: error: The form `order_frm` of slot `order_number` does not exist.",
        ),
        (
            in_domain("    - order_number\nresponses", "    - order_numbr\nresponses"),
            "domain.yml:16: error: The slot `order_numbr` of form `order_form` does not exist. Did you mean",
        ),
        (
            in_domain("- ask_order", "- ask_order:\n    use_entities: [nothing]"),
            "domain.yml:5: warning: The entity `nothing` of intent `ask_order` does not exist.",
        ),
        (
            in_domain("  utter_ask_order_number:\n  - text: Which order?\n", ""),
            "domain.yml:14: warning: Form `order_form` cannot ask for `order_number`. Add the response",
        ),
        (
            in_domain("responses:", "responses:\n  utter_never:\n  - text: x"),
            "domain.yml:18: warning: Nothing says `utter_never`",
        ),
        (
            in_domain("text: Hello", "text: Hello {order_numer}"),
            "domain.yml:19: warning: `{order_numer}` in `utter_greet` names no slot. Did you mean",
        ),
        (
            in_domain("text: Hello", "text: Hello\n    buttons:\n    - title: Go\n      payload: /ask_ordr"),
            "domain.yml:22: warning: A button of `utter_greet` names no intent: `ask_ordr`. Did you mean",
        ),
        (
            in_domain(
                "text: Hello", "text: x\n    buttons:\n    - {title: Go, payload: '/ask_order{\"a\": 1}'}"
            ),
            "domain.yml:21: warning: A button of `utter_greet` names no entity: `a`.",
        ),
        (
            in_domain("text: Hello", "text: x\n    buttons:\n    - {title: Go, payload: '/ask_order{a}'}"),
            "domain.yml:21: warning: `{a}` in a button of `utter_greet` is not JSON.",
        ),
        (
            in_domain("text: Hello", "text: Hello\n    channel: fax"),
            "domain.yml:20: warning: There is no channel `fax`.",
        ),
        (
            in_domain(
                "text: Hello", "text: Hello\n    condition:\n    - {type: slot, name: nothing, value: 1}"
            ),
            "domain.yml:21: warning: The condition of `utter_greet` names no slot: `nothing`.",
        ),
        (
            in_rules("- intent: greet", "- intent: gret"),
            "nlu_data/rules.yml:5: warning: The intent `gret` is not in the domain. Did you mean `greet`?",
        ),
        (
            in_rules("- action: utter_greet", "- action: utter_gret"),
            "nlu_data/rules.yml:6: error: The response `utter_gret` does not exist. Did you mean",
        ),
        (
            in_rules("- action: action_order", "- action: action_ordr"),
            "nlu_data/rules.yml:18: error: The action `action_ordr` is not in the domain. Did you mean",
        ),
        (
            in_rules("- action: action_order", "- action: reset_slots"),
            "nlu_data/rules.yml:18: warning: `reset_slots` is no action of the domain, so it stands for the",
        ),
        (
            in_rules("active_loop: order_form\n- rule", "active_loop: order_frm\n- rule"),
            "nlu_data/rules.yml:11: error: The form `order_frm` is not in the domain. Did you mean",
        ),
        (
            in_rules("- active_loop: null", "- active_loop: null\n  - slot_was_set:\n    - nothing: 1"),
            "nlu_data/rules.yml:18: error: The slot `nothing` is not in the domain.",
        ),
        (
            in_domain("\nslots:\n", "\nslots:\n" + SLOT)
            | in_rules("- active_loop: null", "- slot_was_set:\n    - mood: goood"),
            "nlu_data/rules.yml:17: warning: `goood` is not among the values of slot `mood`. Did you mean",
        ),
        (
            in_domain("\nslots:\n", "\nslots:\n" + SLOT)
            | in_rules("- active_loop: null", "- slot_was_set:\n    - mood"),
            "nlu_data/rules.yml:17: warning: Slot `mood` needs a value here, because it is categorical.",
        ),
        (
            in_rules("  - action: utter_greet\n", TWO_MESSAGES),
            "nlu_data/rules.yml:7: error: Rule `Greet` has two messages of the user",
        ),
        (
            in_rules(
                "- rule: Ask",
                "- rule: Again\n  steps:\n  - intent: greet\n  - action: action_order\n- rule: Ask",
            ),
            "nlu_data/rules.yml:10: error: Rule `Again` continues with `action_order`, where rule `Greet`",
        ),
        (
            {"nlu_data/stories.yml": STORIES.replace("- action: utter_greet", "- action: action_order")},
            "nlu_data/stories.yml:6: error: Story `Greet, then ask` continues with `action_order`, where",
        ),
        (
            in_rules("  - active_loop: order_form\n- rule", "- rule"),
            "nlu_data/rules.yml:10: error: Rule `Ask` does not say which loop is active after `order_form`",
        ),
        (
            {"nlu_data/stories.yml": STORIES.replace("order_number: ", "order_numbr: ")},
            "nlu_data/stories.yml:7: warning: The entity `order_numbr` is not in the domain.",
        ),
        (
            {
                "nlu_data/stories.yml": STORIES
                + "- story: x\n  steps:\n  - checkpoint: c\n  - intent: greet\n"
            },
            "nlu_data/stories.yml:14: warning: No story ends in the checkpoint `c`",
        ),
        (
            {"config.yml": CONFIG.replace("- name: RulePolicy\n", "")},
            "config.yml:9: warning: There are rules, but no policy runs them.",
        ),
        (
            {"config.yml": CONFIG.replace("- name: RulePolicy\n", "")},
            "config.yml:9: error: There are forms, but no policy runs them.",
        ),
        (
            {"config.yml": CONFIG.replace("- name: MemoizationPolicy\n  max_history: 5\n", "")},
            "config.yml:9: warning: There are stories, but no policy runs them.",
        ),
        (
            {
                "config.yml": CONFIG.replace(
                    "RulePolicy", "RulePolicy\n  core_fallback_action_name: action_ordr"
                )
            },
            "config.yml:9: error: The fallback action `action_ordr` is not in the domain. Did you mean",
        ),
        (
            {
                "config.yml": CONFIG.replace(
                    "EntitySynonymMapper", "ResponseSelector\n  retrieval_intent: faq"
                )
            },
            "config.yml:6: warning: `faq` is no intent whose answers have keys. Delete the line.",
        ),
        (
            {"config.yml": CONFIG.replace("webchat: true", "wbchat: true")},
            "config.yml:14: error: There is no channel `wbchat`. Did you mean `webchat`?",
        ),
        (
            {"config.yml": CONFIG.replace("test", "${UNSET}")},
            "config.yml:2: error: The variable UNSET is not set.",
        ),
        ({"config.yml": "\tx"}, "config.yml:1: error: The line is indented with a tab."),
        (
            {"domain/more.yml": "slots: {}"},
            "domain.yml: warning: The folder `domain/` is not read beside this file.",
        ),
        (
            {"nlu_data/x.yml": "nul: []"},
            "nlu_data/x.yml:1: warning: `nul` means nothing in a training file. Did you",
        ),
        (
            {"nlu_data/x.yml": 'version: "4.0"'},
            "nlu_data/x.yml:1: error: Files of version 4.0 cannot be read.",
        ),
        ({"nlu_data/x.yml": "version: 3.1"}, "nlu_data/x.yml:1: error: The version should be in quotes"),
        ({"nlu_data/x.yml": 'version: "three"'}, "nlu_data/x.yml:1: warning: `three` is no version."),
    ],
)
def test_mistake_is_named_with_its_place(write_project: Write, files: dict[str, str], problem: str) -> None:
    found = check(write_project(dict(files)))

    assert any(line.startswith(problem) for line in found), found
