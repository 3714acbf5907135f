"""All that the doctor found in a data set, in one sentence and in groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.nlu.doctor.finding import Kind, Severity
from bot.nlu.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.nlu.doctor.finding import Finding

TITLES = {
    Kind.TWO_MEANINGS: "The same text under two intents",
    Kind.SAYS_NOTHING: "Texts that say nothing",
    Kind.MISLABELLED: "Likely under the wrong intent",
    Kind.UNLIKE: "Unlike the other texts of their intent",
    Kind.SWALLOWED: "Intents that another one swallows",
    Kind.TOO_SIMILAR: "Intents that are mixed up",
    Kind.NEAR_DUPLICATE: "Nearly the same text under two intents",
    Kind.TOO_SMALL: "Intents with too few texts",
    Kind.IMBALANCE: "Intents with far more or far fewer texts than the others",
    Kind.REPEATED: "One sentence over and over",
    Kind.COPIES: "Texts that only repeat others",
    Kind.ONE_WORD: "Single words that could mean something else",
    Kind.TOO_LONG: "Very long texts",
    Kind.ENTITY_MISSED: "Values marked as entities here and not there",
    Kind.ENTITY_NAMED_TWICE: "Values marked as two different entities",
    Kind.UNUSED_PATTERN: "Lookup tables and regexes that are never used",
    Kind.UNUSED_SYNONYM: "Synonyms that are hardly used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The findings of one kind, the gravest first."""

    title: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """`examples` texts of `intents` intents were looked at; `findings` are in order of harm."""

    examples: int
    intents: int
    findings: Sequence[Finding]

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def sentence(self) -> str:
        """The whole of it, as in: 2,300 examples, 60 intents: 14 things worth a look."""
        seen = f"{count(self.examples, 'example')}, {count(self.intents, 'intent')}"
        if not self.findings:
            return f"{seen}: nothing that needs a look."
        named = {0: "", 1: ", 1 of them an error"}.get(self.errors, f", {self.errors:,} of them errors")
        errors = ", an error" if len(self.findings) == self.errors == 1 else named
        return f"{seen}: {count(len(self.findings), 'thing')} worth a look{errors}."

    @property
    def groups(self) -> list[Group]:
        """The findings by kind: kinds with errors first, then those that harm most."""
        kinds = dict.fromkeys(finding.kind for finding in self.findings)
        groups = [
            Group(title=TITLES[kind], findings=[each for each in self.findings if each.kind is kind])
            for kind in kinds
        ]
        return sorted(groups, key=_order)


def _order(group: Group) -> tuple[int, float]:
    gravest = min(tuple(Severity).index(finding.severity) for finding in group.findings)
    return gravest, -sum(finding.harm for finding in group.findings)
