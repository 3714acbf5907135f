"""Curriculum: what the project teaches now, read from its files, each read again only when it changed."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from bot.domain.understanding import FALLBACK_INTENT
from bot.nlu.normalise import normalise
from bot.nlu.outcomes import key_of
from bot.rasa_format.domain_merge import name_of
from bot.rasa_format.fields import Reader
from bot.rasa_format.files import list_domain_files, list_training_files, relative_path
from bot.rasa_format.known import items
from bot.rasa_format.nlu_data import read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.triage_data import fold_post
from bot.rasa_format.write_examples import find_file_for_intent
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.domain.example import Example
    from bot.domain.triage_example import TriageExample
    from bot.rasa_format.nlu_data import NluContent
    from bot.rasa_format.nodes import MapNode

_LONG_SAMPLE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtIntent:
    """An intent a trainer may choose. `sample` is one of its examples, a short one; empty without any."""

    name: str
    examples: int
    sample: str

    @property
    def words(self) -> str:
        """The name as people read it."""
        return describe_intent(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """All intents by name, and every example: (text, intent) → the file it stands in and its line.

    `keys` are those of the examples as a model's held-out outcomes name them. `posts` are the project's own
    posts for triage by their folded text, each with its file.
    """

    intents: Mapping[str, TaughtIntent]
    examples: Mapping[tuple[str, str], tuple[str, int]]
    keys: frozenset[int] = frozenset()
    posts: Mapping[str, tuple[TriageExample, str]] = field(default_factory=dict)

    def find_text(self, text: str) -> tuple[str, str, int] | None:
        """Return (intent, file, line) of an example with exactly this text, or None."""
        for (known, intent), (file, line) in self.examples.items():
            if known == text:
                return intent, file, line
        return None


class Curriculum:
    """Reads a project's intents and examples. One per process; its methods may be called in any thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = Lock()
        self._read: dict[Path, tuple[object, Any]] = {}
        self._lesson: tuple[object, Lesson] | None = None

    async def load(self) -> Lesson:
        """Return what is taught now. Raises `ProjectError` when a file cannot be read."""
        return await asyncio.to_thread(self.load_now)

    def load_now(self) -> Lesson:
        """Do what `load` does, in this thread: some milliseconds, longer for each file that changed."""
        with self._lock:
            training, domain = list_training_files(self.root), list_domain_files(self.root)
            stamp = tuple((path, _stamp(path)) for path in (*training, *domain))
            if self._lesson is None or self._lesson[0] != stamp:
                self._lesson = stamp, self._put_together(training, domain)
            return self._lesson[1]

    def find_file(self, intent: str) -> Path:
        """Return the file with most examples of an intent, or where a new one should begin."""
        lesson = self.load_now()
        files = Counter(file for (_, name), (file, _) in lesson.examples.items() if name == intent)
        if files:
            return self.root / files.most_common(1)[0][0]
        return find_file_for_intent(self.root, intent)

    def _put_together(self, training: list[Path], domain: list[Path]) -> Lesson:
        taught = [(self._get(path, _read_taught), relative_path(self.root, path)) for path in training]
        examples = [(example, file) for content, file in taught for example in content.examples]
        listed = [name for path in domain for name in self._get(path, _read_intents)]
        by_name: dict[str, list[str]] = {name: [] for name in listed}
        for example, _ in examples:
            by_name.setdefault(example.intent, []).append(example.text)
        by_name.pop(FALLBACK_INTENT, None)
        return Lesson(
            intents={
                name: TaughtIntent(name=name, examples=len(texts), sample=_choose_sample(texts))
                for name, texts in sorted(by_name.items())
            },
            examples={
                (example.text, example.intent): (file, example.source.line if example.source else 1)
                for example, file in examples
            },
            keys=frozenset(_read_keys(example for example, _ in examples)),
            posts={fold_post(post.text): (post, file) for content, file in taught for post in content.triage},
        )

    def _get(self, path: Path, read: Callable[[MapNode], Any]) -> Any:
        stamp = _stamp(path)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            document = read_yaml_file(path, path=relative_path(self.root, path))
            known = self._read[path] = stamp, read(document)
        return known[1]


def _read_keys(examples: Iterable[Example]) -> Iterator[int]:
    for example in examples:
        if text := normalise(example.text).text:
            yield key_of(text, example.intent)


def describe_intent(name: str) -> str:
    """Return an intent's name as words: `ask_order_status` → "Ask order status"."""
    words = re.sub(r"[_/-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def name_intent(words: str) -> str:
    """Return what a trainer wrote as an intent's name: "Ask about gift cards" → `ask_about_gift_cards`."""
    plain = normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].strip("_")


def _stamp(path: Path) -> object:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_taught(document: MapNode) -> NluContent:
    problems = Problems()
    content = read_nlu([document], Reader(problems))
    problems.raise_first_error()
    return content


def _read_intents(document: MapNode) -> tuple[str, ...]:
    names = (name_of(item) for item in items(document.get("intents")))
    return tuple(name for name in names if name)


def _choose_sample(texts: list[str]) -> str:
    """Return a text that shows what is meant: of those that fit on a line, the longest of the first ten."""
    short = [text for text in texts[:10] if len(text) <= _LONG_SAMPLE]
    return max(short, key=len) if short else (texts[0][:_LONG_SAMPLE] + "…" if texts else "")
