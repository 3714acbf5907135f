"""Rules and stories against each other: what Rasa finds out at the end of training, and refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.dialogue import compile_dialogue
from bot.dialogue.events import LISTEN
from bot.dialogue.spec import StepType
from bot.domain.example import Source
from bot.rasa_format.checks.intents import walk_steps

if TYPE_CHECKING:
    from bot.dialogue.analysis import Contradiction
    from bot.dialogue.gaps import Gap
    from bot.dialogue.spec import DialogueSpec, RuleSpec, StorySpec
    from bot.rasa_format.problem import Problems

_NOWHERE = Source(path="", line=0)


def check_agreement(dialogue: DialogueSpec, problems: Problems) -> None:
    """No rule or story contradicts a rule, and no rule leaves out what another one says of its action.

    Only for a project whose names are all known.
    """
    if not (dialogue.policies.rules and dialogue.policies.check_rules):
        return
    mistakes = compile_dialogue(dialogue).mistakes
    told: set[frozenset[str]] = set()
    for contradiction in reversed(mistakes.contradictions):
        pair = frozenset((*contradiction.names, *contradiction.others))
        if not (contradiction.is_rule and pair in told):  # of two rules the one written later is told
            told.add(pair)
            _report_contradiction(contradiction, dialogue, problems)
    for gap in mistakes.gaps:
        _report_gap(gap, dialogue, problems)


def _report_contradiction(found: Contradiction, dialogue: DialogueSpec, problems: Problems) -> None:
    mine = _named(dialogue.rules if found.is_rule else dialogue.stories, found.names)
    kind = "Rule" if found.is_rule else "Story"
    others = " and ".join(_describe(name, dialogue) for name in found.others)
    verb = "says" if len(found.others) == 1 else "say"
    problems.error(
        _place(mine, found.wanted),
        f"{kind} `{' > '.join(found.names)}` continues with `{found.wanted}`, where {others} {verb} "
        "otherwise. Give one of them a condition, change it or delete it.",
    )


def _report_gap(gap: Gap, dialogue: DialogueSpec, problems: Problems) -> None:
    place = _place(_named(dialogue.rules, (gap.rule,)), gap.action)
    if gap.slots:
        slots = ", ".join(f"`{name}`" for name in gap.slots)
        problems.error(
            place,
            f"Rule `{gap.rule}` does not say that `{gap.action}` sets {slots}, as other rules do. "
            "Add `slot_was_set` (`null` for none), or, behind the last action, `wait_for_user_input: false`.",
        )
    if gap.loops:
        loops = " or ".join(f"`{name}`" for name in gap.loops)
        problems.error(
            place,
            f"Rule `{gap.rule}` does not say which loop is active after `{gap.action}`; other rules say "
            f"{loops}. Add `active_loop` (`null` for none), or, behind the last action, "
            "`wait_for_user_input: false`.",
        )


def _named(
    written: tuple[RuleSpec, ...] | tuple[StorySpec, ...], names: tuple[str, ...]
) -> list[RuleSpec | StorySpec]:
    return [each for each in written if each.name in names]


def _describe(name: str, dialogue: DialogueSpec) -> str:
    """Name a rule with its place. What is built in has none, and Rasa's words for it."""
    found = _named(dialogue.rules, (name,))
    if not found:
        return f"the built-in `{name}`"
    source = found[0].source or _NOWHERE
    return f"rule `{name}` ({source.path}:{source.line})"


def _place(written: list[RuleSpec | StorySpec], action: str) -> Source:
    """Return the step that names the action, where it does so once, else where the rule or story begins."""
    steps = [
        step
        for each in written
        for step in walk_steps(each.steps)
        if step.type in (StepType.ACTION, StepType.BOT_TEXT) and action in (step.name, step.text)
    ]
    if action != LISTEN and len(steps) == 1:
        return steps[0].source or _NOWHERE
    return next((each.source for each in written if each.source), _NOWHERE)
