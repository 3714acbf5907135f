"""`endpoints.yml` → what is read of it here: the action server. Secrets are named, never copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.rasa_format.action_keys import ELSEWHERE, NOT_HERE
from bot.rasa_format.nodes import MapNode

if TYPE_CHECKING:
    from bot.rasa_format.migrate.finding import Findings

ACTION_ENDPOINT = "action_endpoint"
_PLAIN = ("url", "enable_selective_domain", "token_name", "cafile")
_SECRET = {"token": "ACTION_SERVER_TOKEN"}
_MAY_HOLD_SECRET = re.compile("[@?]")  # of an address: a user and password, or a key among its parameters


def migrate_endpoints(endpoints: MapNode, path: str, findings: Findings) -> tuple[str, dict[str, str]]:
    """Return the new file's text (empty: none is needed), and the variables that it names."""
    for key, entry in endpoints.entries.items():
        line = entry.source.line
        if key in ELSEWHERE and endpoints.get(key) is not None:
            findings.replaced(path, f"{key}: {ELSEWHERE[key]}", line)
        elif key in NOT_HERE and endpoints.get(key) is not None:
            findings.person(path, f"{key}: {NOT_HERE[key]}", line)
        elif key not in (*ELSEWHERE, *NOT_HERE, ACTION_ENDPOINT):
            findings.person(path, f"{key}: nothing here reads it.", line)
    body = endpoints.get(ACTION_ENDPOINT)
    if not isinstance(body, MapNode) or body.get("url") is None:
        return "", {}
    return _write(body, path, findings)


def _write(body: MapNode, path: str, findings: Findings) -> tuple[str, dict[str, str]]:
    lines = [f"{ACTION_ENDPOINT}:"]
    variables: dict[str, str] = {}
    for key, entry in body.entries.items():
        value = body.plain[key]
        if key == "url" and _MAY_HOLD_SECRET.search(str(value)):
            variables["ACTION_SERVER_URL"] = "the action server's address, with what is secret in it"
            lines.append("  url: ${ACTION_SERVER_URL}")
        elif key in _PLAIN:
            lines.append(f"  {key}: {str(value).lower() if isinstance(value, bool) else value}")
        elif key in _SECRET:
            variables[_SECRET[key]] = f"`{key}` of the action server"
            lines.append(f"  {key}: ${{{_SECRET[key]}}}")
        else:
            text = (
                f"`{key}` of {ACTION_ENDPOINT} is not copied, since it may hold a secret. Write it yourself."
            )
            findings.person(path, text, entry.source.line)
    findings.runs(path, f"{ACTION_ENDPOINT}: actions not found in `actions/` run on that server.")
    return "\n".join((*lines, "")), variables
