"""`config.yml: engine` → which engine answers: a name, or a map with one name and its options."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.engine_spec import ENGINES, RASA, EngineSpec
from bot.rasa_format.nodes import MapNode, Node, ScalarNode
from bot.rasa_format.problem import did_you_mean

if TYPE_CHECKING:
    from bot.domain.example import Source
    from bot.rasa_format.fields import Reader

_TEXTS = ("url", "token", "jwt_secret", "jwt_method")
_SECONDS = "answer_seconds"
_WITH_URL = ("token", "jwt_secret", "jwt_method")  # of a server that somebody else runs


def read_engine(node: Node | None, reader: Reader) -> EngineSpec:
    """Read the key. None, or nothing of use, is the native engine."""
    if node is None:
        return EngineSpec()
    if isinstance(node, MapNode):
        named = reader.single(node, "`engine`")
        return EngineSpec() if named is None else _choose(named[0], named[1].source, named[1].node, reader)
    name = reader.text(node, "`engine`")
    return EngineSpec() if name is None else _choose(name, node.source, None, reader)


def _choose(name: str, source: Source, options: Node | None, reader: Reader) -> EngineSpec:
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES) or f" Engines are: {', '.join(ENGINES)}."
        reader.error(source, f"There is no engine `{name}`.{hint}")
        return EngineSpec()
    is_empty = isinstance(options, ScalarNode) and options.value is None
    body = None if is_empty else reader.map(options, f"engine `{name}`")
    if body is not None and name == RASA:
        return _read_rasa(body, reader)
    for key, entry in () if body is None else body.entries.items():
        reader.warn(entry.source, f"`{key}` means nothing: the engine `{name}` has no options. Delete it.")
    return EngineSpec(name=name)


def _read_rasa(body: MapNode, reader: Reader) -> EngineSpec:
    reader.check_keys(body, (*_TEXTS, _SECONDS), "engine `rasa`")
    found = {key: reader.text(body.get(key), f"`{key}` of the engine") for key in _TEXTS if body.get(key)}
    given = {key: text for key, text in found.items() if text is not None}
    if "url" in given and not _is_address(given["url"]):
        reader.error(body.entries["url"].source, "`url` should be an address, as in http://127.0.0.1:5005.")
        del given["url"]
    for key in _WITH_URL if "url" not in body.entries else ():
        if key in body.entries:
            why = "a Rasa that is started here has a token of its own"
            reader.warn(body.entries[key].source, f"`{key}` changes nothing: {why}. Delete it.")
    seconds = reader.number(body.get(_SECONDS), f"`{_SECONDS}`")
    if seconds is not None and seconds <= 0:
        reader.error(body.entries[_SECONDS].source, f"`{_SECONDS}` should be a number above 0.")
        seconds = None
    limit = {} if seconds is None else {"answer_limit": timedelta(seconds=seconds)}
    return EngineSpec(name=RASA, **given, **limit)  # type: ignore[arg-type]  # the keys are the fields


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False
