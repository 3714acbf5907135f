"""Training data in Rasa 1's Markdown → the same in YAML: examples, stories, answers of retrieval intents."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.rasa_format.migrate.steps import RENAMED_ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.rasa_format.migrate.finding import Findings

    Lines = list[tuple[int, str]]
    Step = dict[str, Any]

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"##+\s*(.*)")
_BLOCK = re.compile(r"(intent|synonym|regex|lookup)\s*:\s*(.+)")
_BULLET = re.compile(r"[-*+]\s+(.*)")
_NAMED = re.compile(r"(?P<name>[^{]*?)\s*(?P<data>\{.*\})?")
_SAID = re.compile(r"(?P<intent>[^\s:{]+)\s*(?P<data>\{.*?\})?\s*:\s+(?P<text>\S.*)")
_INSIDE_A_FORM = "form:"  # before what a form did by itself, which stories tell no more
_WITHOUT_STEP = ("reminder", "followup")
_VERSION = "3.1"


class MarkdownFile:
    """One file. `read_list` returns the text of a file that a lookup table names, or None."""

    def __init__(self, path: str, findings: Findings, *, read_list: Callable[[str], str | None]) -> None:
        """`path` is what findings call the file."""
        self._path = path
        self._findings = findings
        self._read_list = read_list

    def convert(self, text: str) -> str:
        """Return the same in YAML."""
        nlu: list[Step] = []
        stories: list[Step] = []
        responses: dict[str, list[Step]] = {}
        for name, body in _sections(_COMMENT.sub(_keep_lines, text).splitlines()):
            block = _BLOCK.fullmatch(name)
            if block:
                nlu.append(self._example_block(block[1], block[2].strip(), body))
            elif _is_answer(body):
                responses |= _answers(body)
            elif steps := list(self._steps(body)):
                stories.append({"story": name, "steps": steps})
        content = {"version": _VERSION, "nlu": nlu, "responses": responses, "stories": stories}
        return _dump({key: part for key, part in content.items() if part})

    def _example_block(self, kind: str, name: str, body: Lines) -> Step:
        examples: list[str] = []
        for number, line in body:
            bullet = _BULLET.fullmatch(line)
            listed = self._read_list(line) if kind == "lookup" and bullet is None else None
            if bullet:
                examples.append(bullet[1])
            elif listed is not None:
                examples += [each.strip() for each in listed.splitlines() if each.strip()]
            else:
                text = f"This line of {kind} `{name}` was left out: {line}"
                self._findings.person(self._path, text, number)
        return {kind: name, "examples": LiteralScalarString("".join(f"- {each}\n" for each in examples))}

    def _steps(self, body: Lines) -> Iterator[Step]:
        for number, line in body:
            mark, rest = line[0], line[1:].strip()
            if rest.startswith(_INSIDE_A_FORM) or mark not in _READERS:
                continue
            try:
                yield from _READERS[mark](rest)
            except ValueError:
                text = f"This step was left out, since it cannot be read: {line}"
                self._findings.person(self._path, text, number)


def _keep_lines(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _sections(lines: list[str]) -> Iterator[tuple[str, Lines]]:
    """Yield each heading with the lines below it that are not empty, and their numbers."""
    name: str | None = None
    body: Lines = []
    for number, line in enumerate((*lines, "##"), 1):
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            body += [(number, line.strip())] if line.strip() else []
            continue
        if name is not None:
            yield name, body
        name, body = heading[1].strip(), []


def _is_answer(body: Lines) -> bool:
    """Tell whether a section answers an intent with a key (`faq/hours`) by texts, not by actions."""
    return any(re.match(r"\*\s*[\w-]+/", line) for _, line in body) and not any(
        re.match(r"-\s*(utter_|action_|respond_)", line) for _, line in body
    )


def _answers(body: Lines) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    texts: list[Step] = []
    for _, line in body:
        if line.startswith("*"):
            texts = found.setdefault(f"utter_{line[1:].strip()}", [])
        elif line.startswith("-"):
            texts.append({"text": line[1:].strip()})
    return found


def _user(rest: str) -> Iterator[Step]:
    said = _SAID.fullmatch(rest)
    if said:
        yield {"user": said["text"], **_intent(f"{said['intent']}{said['data'] or ''}")}
        return
    branches = [_intent(each) for each in re.split(r"\s+OR\s+", rest)]
    yield branches[0] if len(branches) == 1 else {"or": [dict(each) for each in branches]}


def _intent(written: str) -> Step:
    name, data = _read(written)
    entities: list[Step] = [{key: value} for key, value in data.items()]
    return {"intent": name.removeprefix("/"), **({"entities": entities} if entities else {})}


def _checkpoint(rest: str) -> Iterator[Step]:
    name, data = _read(rest)
    slots: list[Step] = [{key: value} for key, value in data.items()]
    yield {"checkpoint": name, **({"slot_was_set": slots} if slots else {})}


def _action(rest: str) -> Iterator[Step]:
    name, data = _read(rest)
    if name == "slot":
        yield {"slot_was_set": [{key: value} for key, value in data.items()]}
    elif name in ("form", "active_loop"):
        yield {"active_loop": data.get("name")}
    elif name in _WITHOUT_STEP:
        return
    elif name.startswith("respond_"):
        yield {"action": f"utter_{name.removeprefix('respond_')}"}
    else:
        yield {"action": RENAMED_ACTIONS.get(name, name)}


def _read(written: str) -> tuple[str, Step]:
    """Return `name` and what stands in braces behind it. Raises `ValueError`."""
    found = _NAMED.fullmatch(written.strip())
    if found is None or not found["name"]:
        raise ValueError(written)
    data = json.loads(found["data"] or "{}")
    return found["name"], data


_READERS: dict[str, Callable[[str], Iterator[Step]]] = {"*": _user, ">": _checkpoint, "-": _action}


def _write_null(representer: Any, _nothing: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _dump(content: dict[str, object]) -> str:
    yaml = YAML()
    yaml.width = 4096
    yaml.representer.add_representer(type(None), _write_null)
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
