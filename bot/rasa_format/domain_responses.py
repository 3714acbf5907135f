"""`responses:` of a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.spec import Variation
from bot.rasa_format.domain_slots import plain_or_none
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.problem import Severity

if TYPE_CHECKING:
    from bot.domain.json import Json
    from bot.rasa_format.fields import Reader

_KEYS = (
    "id", "text", "image", "custom", "buttons", "button_type", "quick_replies", "attachment", "elements",
    "channel", "metadata", "condition",
)  # fmt: skip
_NOT_BODY = ("channel", "condition")


def read_responses(node: Node | None, reader: Reader) -> dict[str, tuple[Variation, ...]]:
    """Read `responses:`; what has no variation that can be said is an error and left out."""
    responses = {}
    for name, entry in reader.entries(node, "`responses`"):
        written = entry.node
        if not isinstance(written, ListNode):
            text = f"Response `{name}` should be a list of variations. Begin each with `- text:`."
            reader.error(entry.source, text)
            continue
        if not written.items:
            reader.warn(entry.source, f"Response `{name}` says nothing: it has no variation. Add `- text:`.")
        found = (_read_variation(name, item, reader) for item in written.items)
        responses[name] = tuple(variation for variation in found if variation is not None)
    return responses


def _read_variation(name: str, node: Node, reader: Reader) -> Variation | None:
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        reader.error(node.source, f"A variation of `{name}` is a bare text. Write `- text:` before it.")
        return None
    body = reader.map(node, f"a variation of `{name}`")
    if body is None:
        return None
    reader.check_keys(body, _KEYS, f"a variation of `{name}`", severity=Severity.ERROR)
    if body.get("text") is None and body.get("custom") is None:
        reader.error(node.source, f"This variation of `{name}` says nothing. Add `text:` or `custom:`.")
        return None
    text = body.get("text")
    if isinstance(text, ScalarNode) and isinstance(text.value, str) and not text.value.strip():
        reader.warn(text.source, f"This variation of `{name}` says nothing: its text is empty.")
    elif text is not None and reader.text(text, f"`text` of `{name}`") is None:
        return None
    _check_shapes(name, body, reader)
    return Variation(
        body={key: entry.node.plain for key, entry in body.entries.items() if key not in _NOT_BODY},
        channel=reader.text(body.get("channel"), "`channel`"),
        conditions=_read_conditions(name, body.get("condition"), reader),
    )


def _check_shapes(name: str, body: MapNode, reader: Reader) -> None:
    for key in ("id", "image", "button_type"):
        reader.text(body.get(key), f"`{key}` of `{name}`")
    for key in ("custom", "attachment"):
        reader.map(body.get(key), f"`{key}` of `{name}`")
    for key in ("buttons", "quick_replies"):
        for item in reader.items(body.get(key), f"`{key}` of `{name}`"):
            button = reader.map(item, f"a button of `{name}`")
            if button is not None and reader.text(button.get("title"), "a button's `title`") is None:
                reader.warn(item.source, f"A button of `{name}` has no `title`, so nobody can read it.")
            if button is not None:
                reader.text(button.get("payload"), "a button's `payload`")
    for item in reader.items(body.get("elements"), f"`elements` of `{name}`"):
        reader.map(item, f"an element of `{name}`")


def _read_conditions(name: str, node: Node | None, reader: Reader) -> tuple[tuple[str, Json], ...]:
    conditions = []
    for item in reader.items(node, f"`condition` of `{name}`"):
        body = reader.map(item, f"a condition of `{name}`")
        if body is None:
            continue
        keys = ("type", "name", "value")
        reader.check_keys(body, keys, f"a condition of `{name}`", severity=Severity.ERROR)
        kind = reader.text(body.get("type"), "a condition's `type`")
        slot = reader.text(body.get("name"), "a condition's `name`")
        if slot is None:
            reader.error(
                item.source, f"A condition of `{name}` should say `type: slot`, `name:` and `value:`."
            )
            continue
        if kind not in (None, "slot"):
            reader.warn(item.source, f"A condition of `{name}` is of type `{kind}`, which is read as `slot`.")
        conditions.append((slot, plain_or_none(body.get("value"))))
    return tuple(conditions)
