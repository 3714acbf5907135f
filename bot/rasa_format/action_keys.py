"""`config.yml: actions` and `endpoints.yml: action_endpoint` → how the project's actions are run.

What else stands in `endpoints.yml` is for real Rasa; of what a project may count on, it is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.action_spec import ActionServer, ActionsSpec
from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.nodes import MapNode, ScalarNode
from bot.rasa_format.problem import Severity
from bot.rasa_format.variables import expand_map
from bot.rasa_format.yaml_reader import read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.rasa_format.fields import Reader
    from bot.rasa_format.nodes import Node

ENDPOINTS_FILE = "endpoints.yml"
COMPRESS = "COMPRESS_ACTION_SERVER_REQUEST"  # Rasa's
_ENDPOINT_KEYS = (
    *("url", "params", "headers", "basic_auth", "token", "token_name", "cafile"),
    "enable_selective_domain",
)
ELSEWHERE = {
    "tracker_store": "conversations are kept in PostgreSQL (DATABASE_URL). "
    "`PUT /conversations/<sender>/tracker/events` takes one over, as Rasa's API gives it.",
    "lock_store": "PostgreSQL's leases order what is said in a conversation; no lock store is needed.",
    "models": "models are kept in PostgreSQL: `visavis train --release` puts one into service everywhere.",
}
NOT_HERE = {
    "event_broker": "events are published nowhere; they are kept in PostgreSQL beside their conversations.",
    "nlg": "responses are rendered here, not by an NLG server. Write them into the domain.",
    "nlu": "texts are understood here, not by a server of its own.",
}
_RASAS_OWN_NLG = "response"  # the type that is also Rasa's where nothing is written
_KEYS = ("seconds", "at_once", "history", "only_server")


def read_actions(node: Node | None, reader: Reader) -> ActionsSpec:
    """Read our own key of `config.yml`; the action server is read from its file."""
    spec = ActionsSpec()
    body = reader.map(node, "`actions`")
    if body is None:
        return spec
    reader.check_keys(body, _KEYS, "`actions`")
    seconds = _above_zero(reader.number(body.get("seconds"), "`seconds`"), body, "seconds", reader)
    at_once, history = (
        _above_zero(reader.whole_number(body.get(key), f"`{key}`"), body, key, reader)
        for key in ("at_once", "history")
    )
    return replace(
        spec,
        limit=timedelta(seconds=seconds) if seconds else spec.limit,
        at_once=int(at_once or spec.at_once),
        history=int(history or spec.history),
        only_server=reader.flag(body.get("only_server"), "`only_server`", default=False),
    )


def _above_zero(number: float | None, body: MapNode, key: str, reader: Reader) -> float | None:
    if number is None or number > 0:
        return number
    reader.error(body.entries[key].source, f"`{key}` should be above 0.")
    return None


def read_action_server(
    root: Path, environment: Mapping[str, str], reader: Reader, *, native: bool = True
) -> ActionServer | None:
    """Read `action_endpoint` of `endpoints.yml`; None where a project has no such file, or no such key.

    Of the rest of the file nothing is needed here, so variables of it need not be set; the native engine
    tells of it.
    """
    file = root / ENDPOINTS_FILE
    if not file.is_file():
        return None
    try:
        document = read_yaml_file(file, path=ENDPOINTS_FILE)
    except ProjectError as error:
        reader.error(Source(path=ENDPOINTS_FILE, line=error.line or 0), error.problem)
        return None
    if native:
        _tell_of_rest(document, reader)
    node = document.get("action_endpoint")
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        return None
    body = reader.map(node, "`action_endpoint`")
    return (
        None
        if body is None
        else _read_server(expand_map(body, environment, reader.problems), environment, reader)
    )


def _tell_of_rest(document: MapNode, reader: Reader) -> None:
    for key, entry in document.entries.items():
        body = entry.node
        if (isinstance(body, ScalarNode) and body.value is None) or _is_rasas_own(key, body):
            continue
        if key in NOT_HERE:
            reader.warn(entry.source, f"`{key}` changes nothing: {NOT_HERE[key]}")
        elif key in ELSEWHERE:
            reader.problems.tell(entry.source, Severity.NOTE, f"`{key}` changes nothing: {ELSEWHERE[key]}")


def _is_rasas_own(key: str, body: Node) -> bool:
    kind = body.get("type") if isinstance(body, MapNode) else None
    return key == "nlg" and isinstance(kind, ScalarNode) and kind.value == _RASAS_OWN_NLG


def _read_server(body: MapNode, environment: Mapping[str, str], reader: Reader) -> ActionServer | None:
    reader.check_keys(body, _ENDPOINT_KEYS, "`action_endpoint`")
    url = reader.text(body.get("url"), "`url`")
    if url is None:
        return None
    if not _is_address(url):
        source = body.entries["url"].source
        reader.error(source, "`url` should be an address, as in http://localhost:5055/webhook.")
        return None
    token = reader.text(body.get("token"), "`token`")
    token_name = reader.text(body.get("token_name"), "`token_name`") or "token"
    return ActionServer(
        url=url,
        params={**_texts(body.get("params"), "`params`", reader), **({token_name: token} if token else {})},
        headers=_texts(body.get("headers"), "`headers`", reader),
        basic_auth=_read_basic_auth(body.get("basic_auth"), reader),
        cafile=reader.text(body.get("cafile"), "`cafile`"),
        selective_domain=reader.flag(
            body.get("enable_selective_domain"), "`enable_selective_domain`", default=False
        ),
        compress=environment.get(COMPRESS, "").lower() in ("true", "1"),
    )


def _texts(node: Node | None, what: str, reader: Reader) -> dict[str, str]:
    """Read a map of texts; numbers stand for themselves."""
    return {
        key: str(entry.node.value)
        for key, entry in reader.entries(node, what)
        if isinstance(entry.node, ScalarNode) and entry.node.value is not None
    }


def _read_basic_auth(node: Node | None, reader: Reader) -> tuple[str, str] | None:
    body = reader.map(node, "`basic_auth`")
    if body is None:
        return None
    username = reader.text(body.get("username"), "`username`")
    password = reader.text(body.get("password"), "`password`")
    if username is None or password is None:
        reader.error(body.source, "`basic_auth` should have a `username` and a `password`.")
        return None
    return username, password


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        return False
