"""A compiled dialogue: given a tracker, it says which action comes next. Pure and shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.dialogue.analysis import Analysis, Contradiction, analyse
from bot.dialogue.catalogue import Catalogue
from bot.dialogue.events import LISTEN
from bot.dialogue.gaps import Gap, find_gaps
from bot.dialogue.likeness import LOOKS_BACK, LikenessPolicy
from bot.dialogue.memoization import MemoizationPolicy, Memory
from bot.dialogue.prediction import Prediction, combine, is_settled
from bot.dialogue.rule_policy import NAME as RULES
from bot.dialogue.rule_policy import RulePolicy
from bot.dialogue.rules import UnhappyPaths, compile_rules
from bot.dialogue.spec import StepType
from bot.dialogue.states import turns_of
from bot.dialogue.training import expand_rules, expand_stories
from bot.dialogue.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.dialogue.spec import DialogueSpec, Step
    from bot.dialogue.states import RuleOnly, Turns
    from bot.dialogue.tracker import Tracker

MOST_ACTIONS_PER_TURN = 10  # Rasa's circuit breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistakes:
    """What Rasa refuses in rules and stories that are sound one by one."""

    contradictions: tuple[Contradiction, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """All that a turn needs to know of a project. `mistakes` are for `visavis check`.

    `policies` stand in the order of the file; `rules` is the one that runs rules, where there is one.
    `likeness` is asked where these have nothing to say, in projects that mean a policy which learns.
    `rule_only` names slots and loops that no story knows: memory and likeness do not see them.
    """

    catalogue: Catalogue
    policies: tuple[RulePolicy | MemoizationPolicy, ...]
    rules: RulePolicy | None
    window: Window
    likeness: LikenessPolicy | None = None
    rule_only: RuleOnly = (frozenset(), frozenset())
    mistakes: Mistakes = field(default_factory=Mistakes)

    @property
    def memories(self) -> tuple[MemoizationPolicy, ...]:
        """The policies that remember stories."""
        return tuple(policy for policy in self.policies if isinstance(policy, MemoizationPolicy))

    def predict(self, tracker: Tracker) -> Prediction:
        """Return the next action. `events` of the prediction are logged before it."""
        followup = tracker.live.followup
        if followup and self.catalogue.has_action(followup):
            return Prediction(policy="followup_action", priority=0, action=followup, confidence=1.0)
        if not self.policies:
            return Prediction(policy="none", priority=0, action=LISTEN)
        turns = turns_of(tracker, self.rule_only)
        opinions = list(self._opinions(tracker, turns))
        if self.likeness and all(self._is_doubtful(each, tracker) for each in opinions):
            opinions.append(self.likeness.predict(turns))
        best = combine(opinions, tracker)
        return best._replace(action=LISTEN) if self._goes_in_circles(best, tracker) else best

    def _goes_in_circles(self, best: Prediction, tracker: Tracker) -> bool:
        """Tell whether the bot would fall back after it has acted, where a policy that learns would listen.

        Of a project that names none, Rasa says the same ten times, and so do we.
        """
        return self.likeness is not None and tracker.live.action != LISTEN and self._falls_back(best)

    def _is_doubtful(self, opinion: Prediction, tracker: Tracker) -> bool:
        """Tell whether a policy has nothing to say but that the bot should fall back."""
        return opinion.action in (None, tracker.books.rejected) or self._falls_back(opinion)

    def _falls_back(self, opinion: Prediction) -> bool:
        """Tell whether no rule is behind what the rules say."""
        fallback = self.rules.spec.core_fallback_action if self.rules else None
        return opinion.action == fallback and opinion.policy == RULES and not opinion.source

    def _opinions(self, tracker: Tracker, turns: Turns) -> Iterator[Prediction]:
        """Yield what the policies think, in their order; memories are not asked where rules outweigh them."""
        ruled = self.rules.predict(tracker) if self.rules else None
        for policy in self.policies:
            if ruled is not None and policy is self.rules:
                yield ruled
            elif isinstance(policy, MemoizationPolicy) and not self._is_ruled(ruled, policy, tracker):
                yield policy.predict(tracker, turns)

    @staticmethod
    def _is_ruled(ruled: Prediction | None, policy: MemoizationPolicy, tracker: Tracker) -> bool:
        return ruled is not None and is_settled(ruled, policy.priority, tracker)


def compile_dialogue(spec: DialogueSpec) -> Dialogue:
    """Compile a project's domain, rules and stories."""
    catalogue = Catalogue(spec.domain, action_texts=dict.fromkeys(_bot_texts(spec)))
    rules = expand_rules(spec.rules, catalogue)
    stories = expand_stories(spec.stories, catalogue)
    policy = RulePolicy(
        spec=spec.policies,
        index=compile_rules(rules, catalogue),
        unhappy=UnhappyPaths(rules, stories, catalogue),
    )
    analysis = _unchecked(policy)
    if spec.policies.check_rules:
        analysis = analyse(policy, rules, stories, catalogue)
    memories = [
        MemoizationPolicy(Memory(stories, catalogue, each.max_history), each)
        for each in spec.policies.memories
    ]
    first = spec.policies.memories_first
    rule_policies = (analysis.policy,) if spec.policies.rules else ()
    return Dialogue(
        catalogue=catalogue,
        policies=(*memories[:first], *rule_policies, *memories[first:]),
        rules=analysis.policy if spec.policies.rules else None,
        window=Window(
            actions=max(analysis.policy.index.longest, 2, *(each.looks_back for each in memories)),
            visible=max((*(each.memory.longest for each in memories), LOOKS_BACK * spec.policies.learns)),
        ),
        likeness=LikenessPolicy(stories, catalogue) if spec.policies.learns else None,
        rule_only=analysis.rule_only,
        mistakes=Mistakes(
            contradictions=analysis.contradictions,
            gaps=find_gaps(rules, catalogue) if spec.policies.check_rules else (),
        ),
    )


def _unchecked(policy: RulePolicy) -> Analysis:
    """Return what is known where rules are not held against stories: then no turn is hidden from memory."""
    return Analysis(policy=policy, rule_only=(frozenset(), frozenset()), contradictions=())


def _bot_texts(spec: DialogueSpec) -> Iterator[str]:
    """Yield the end-to-end bot texts of rules and stories: each is an action."""
    steps = (*(rule.steps for rule in spec.rules), *(story.steps for story in spec.stories))
    for part in steps:
        yield from (step.text for step in _flat(part) if step.type is StepType.BOT_TEXT and step.text)


def _flat(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches:
            yield from _flat(branch)
