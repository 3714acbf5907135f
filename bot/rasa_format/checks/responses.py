"""Responses: what they fill in and where their buttons lead."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.rasa_format.checks.action_code import read_action_code
from bot.rasa_format.known import child, items, texts
from bot.rasa_format.nodes import ListNode, MapNode, ScalarNode
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.example import Source
    from bot.rasa_format.known import Known
    from bot.rasa_format.nodes import Node
    from bot.rasa_format.problem import Problems
    from bot.rasa_format.project import Project

_TEMPLATE = re.compile(r"(?<!\{)\{([\w.-]+)\}(?!\})")
_PAYLOAD = re.compile(r"/(?P<intent>[^{@]+)(?:@[0-9.]+)?(?P<entities>\{.*\})?\s*", re.DOTALL)
_OTHER_CHANNELS = frozenset({"collector", "callback", "queue"})  # Rasa's names for REST outputs
_FILLED_PARTS = ("text", "image", "custom", "buttons", "quick_replies", "attachment")


def check_responses(
    project: Project, known: Known, problems: Problems, *, channels: frozenset[str] | None = None
) -> None:
    """Check each variation of each response."""
    responses = project.sources.domain.get("responses")
    if not isinstance(responses, MapNode):
        return
    code = read_action_code(project.root)
    for name, entry in responses.entries.items():
        fillable = known.slots | code.words if code.says(name) else known.slots
        for variation in items(entry.node):
            _check_templates(name, variation, fillable, problems)
            _check_conditions(name, variation, known, problems)
            _check_buttons(name, variation, known, problems)
            _check_channel(variation, channels, problems)


def _check_templates(name: str, variation: Node, fillable: frozenset[str], problems: Problems) -> None:
    for part in _FILLED_PARTS:
        for source, text in _all_texts(child(variation, part)):
            for slot in _TEMPLATE.findall(text):
                if slot not in fillable:
                    hint = did_you_mean(slot, fillable) or " Nothing will be filled in. Add the slot."
                    problems.warn(source, f"`{{{slot}}}` in `{name}` names no slot.{hint}")


def _check_conditions(name: str, variation: Node, known: Known, problems: Problems) -> None:
    for condition in items(child(variation, "condition")):
        for source, slot in texts(child(condition, "name")):
            if slot not in known.slots:
                hint = did_you_mean(slot, known.slots) or " Add it to `slots` of the domain."
                problems.warn(source, f"The condition of `{name}` names no slot: `{slot}`.{hint}")


def _check_buttons(name: str, variation: Node, known: Known, problems: Problems) -> None:
    for key in ("buttons", "quick_replies"):
        for button in items(child(variation, key)):
            for source, payload in texts(child(button, "payload")):
                _check_payload(name, payload, source, known, problems)


def _all_texts(node: Node | None) -> Iterator[tuple[Source, str]]:
    if isinstance(node, ScalarNode):
        yield from texts(node)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from _all_texts(item)
    elif isinstance(node, MapNode):
        for entry in node.entries.values():
            yield from _all_texts(entry.node)


def _check_payload(name: str, payload: str, source: Source, known: Known, problems: Problems) -> None:
    if not payload.startswith("/"):
        return  # an ordinary text, which is understood as if it were typed
    match = _PAYLOAD.fullmatch(payload.strip())
    if match is None:
        problems.warn(
            source, f'`{payload}` in `{name}` should be `/intent` or `/intent{{"entity": "value"}}`.'
        )
        return
    _check_payload_intent(name, match["intent"].strip(), source, known, problems)
    if match["entities"] and "{" not in match["entities"][1:]:  # braces inside are filled in later
        _check_payload_entities(name, match["entities"], source, known, problems)


def _check_payload_intent(name: str, intent: str, source: Source, known: Known, problems: Problems) -> None:
    base, _, key = intent.partition("/")
    if base not in known.intents:
        hint = did_you_mean(base, known.intents) or " Add it to `intents` of the domain."
        problems.warn(source, f"A button of `{name}` names no intent: `{base}`.{hint}")
    elif key and f"utter_{intent}" not in known.responses:
        hint = did_you_mean(f"utter_{intent}", known.responses) or " Add it to `responses` of the domain."
        problems.warn(source, f"A button of `{name}` names no response: `utter_{intent}`.{hint}")
    elif not key and base in known.retrieval:
        problems.warn(
            source, f"A button of `{name}` leaves open which answer `/{base}` means. Write `/{base}/…`."
        )


def _check_payload_entities(
    name: str, written: str, source: Source, known: Known, problems: Problems
) -> None:
    try:
        entities = json.loads(written)
    except ValueError:
        problems.warn(
            source, f'`{written}` in a button of `{name}` is not JSON. Put names and values in `"`.'
        )
        return
    for entity in entities:
        if entity not in known.entities:
            hint = did_you_mean(entity, known.entities) or " Add it to `entities` of the domain."
            problems.warn(source, f"A button of `{name}` names no entity: `{entity}`.{hint}")


def _check_channel(variation: Node, channels: frozenset[str] | None, problems: Problems) -> None:
    for source, channel in texts(child(variation, "channel")):
        if channels is not None and channel not in channels | _OTHER_CHANNELS:
            hint = did_you_mean(channel, channels) or f" Channels are: {', '.join(sorted(channels))}."
            problems.warn(source, f"There is no channel `{channel}`.{hint}")
