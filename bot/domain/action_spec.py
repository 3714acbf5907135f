"""How the project's own actions are run: here, and on an action server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionServer:
    """Rasa's `action_endpoint`: where actions run that are not found in `actions/`.

    `params` hold the token under its name. `selective_domain`: the domain is posted only to actions
    that ask for it. `compress` (Rasa's `COMPRESS_ACTION_SERVER_REQUEST`): what is posted is deflated.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    cafile: str | None = None
    selective_domain: bool = False
    compress: bool = False

    @property
    def shown(self) -> str:
        """The address as people and logs may see it: without what follows `?`, nor a password."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsSpec:
    """`config.yml: actions`, and the action server of `endpoints.yml`.

    `limit` is what one run may take, `at_once` how many blocking actions may run beside each other,
    `history` how many of a conversation's newest events an action sees that looks back.
    `only_server`: nothing in `actions/` is loaded here.
    """

    limit: timedelta = timedelta(seconds=10)
    at_once: int = 32
    history: int = 1000
    server: ActionServer | None = None
    only_server: bool = False
