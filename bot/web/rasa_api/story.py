"""A conversation as a test story, which `visavis test` and `rasa test` run. Pure."""

from __future__ import annotations

import json
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bot.dialogue.events import LISTEN, SESSION_START
from bot.rasa_format.yaml_dump import Block, Quoted, dump_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.json import Json, JsonObject

_UNWRITTEN = frozenset({LISTEN, SESSION_START, "action_unlikely_intent", "..."})


def render_stories(name: str, events: Sequence[JsonObject], *, every: bool) -> str:
    """Return YAML with a story for each session that has events, or for the last session alone."""
    sessions = split_sessions(events)
    chosen = [each for each in sessions if each] if every else sessions[-1:]
    stories: list[JsonObject] = [
        {
            "story": name if len(chosen) == 1 else f"{name}, story {number}",
            "steps": [step for event in session if (step := render_step(event)) is not None],
        }
        for number, session in enumerate(chosen, start=1)
    ]
    return dump_yaml({"version": Quoted("3.1"), "stories": stories})


def split_sessions(events: Sequence[JsonObject]) -> list[Sequence[JsonObject]]:
    """Cut a log where sessions start: at the action that starts one."""
    starts = [
        number
        for number, event in enumerate(events)
        if event["event"] == "action" and event.get("name") == SESSION_START
    ]
    edges = sorted({0, *starts, len(events)})
    return [events[first:last] for first, last in pairwise(edges)]


def render_step(event: JsonObject) -> JsonObject | None:
    """Return the step that an event was; None for what stories do not write."""
    match event["event"]:
        case "user":
            return _render_user(event)
        case "action":
            return _render_action(event)
        case "slot":
            return {"slot_was_set": [{str(event["name"]): event.get("value")}]}
        case "active_loop":
            return {"active_loop": event.get("name")}
        case _:
            return None


def _render_user(event: JsonObject) -> JsonObject:
    parse_data: Json = event.get("parse_data")
    parsed = parse_data if isinstance(parse_data, dict) else {}
    intent = parsed.get("intent") or {}
    step: dict[str, Json] = {}
    if intent.get("name"):
        step["intent"] = intent.get("full_retrieval_intent_name") or intent["name"]
    text = event.get("text")
    if isinstance(text, str) and text:
        step["user"] = Block(annotate(text, parsed.get("entities") or ()))
    return step


def _render_action(event: JsonObject) -> JsonObject | None:
    if event.get("name") in _UNWRITTEN:
        return None
    if event.get("name"):
        return {"action": event["name"]}
    return {"bot": event["action_text"]} if event.get("action_text") else None


def annotate(text: str, entities: Iterable[Mapping[str, Json]]) -> str:
    """Write entities into a text as examples have them; where two overlap, the first."""
    if text.startswith("/"):
        return text
    annotated, position = "", 0
    placed: list[Any] = [each for each in entities if _has_place(each, len(text))]
    for entity in sorted(placed, key=itemgetter("start")):
        start, end = entity["start"], entity["end"]
        if start < position:
            continue
        annotated += text[position:start] + _render_entity(text[start:end], entity)
        position = end
    return annotated + text[position:]


def _has_place(entity: Mapping[str, Json], length: int) -> bool:
    start, end = entity.get("start"), entity.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length


def _render_entity(words: str, entity: Mapping[str, Json]) -> str:
    told = {key: entity[key] for key in ("role", "group") if entity.get(key) is not None}
    value = entity.get("value")
    if value is not None and value != words:
        told["value"] = value
    if not told:
        return f"[{words}]({entity['entity']})"
    return f"[{words}]{json.dumps({'entity': entity['entity'], **told}, ensure_ascii=False)}"
