"""Which private conversations are groups: there people write to each other, and all see what we say."""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import SendError
from bot.connector.recent import Recent
from bot.domain.json import Json, JsonObject
from connectors.bluesky.api import BlueskyApi

REMEMBERED = 10_000  # conversations
TWO = 2  # people in one that is no group: somebody, and we


class Groups:
    """What is known of the conversations that came by lately. Each is asked for once; logs do not say it."""

    def __init__(self, api: BlueskyApi) -> None:
        self._api = api
        self._known: Recent[str, bool] = Recent(REMEMBERED)

    async def find_among(self, logs: list[JsonObject]) -> list[str] | SendError:
        """Return the groups among the conversations of some logs; else why that cannot be told now.

        One that the chat refuses to show counts as none: nothing can be said there either.
        """
        convos = dict.fromkeys(convo for each in logs if isinstance(convo := each.get("convoId"), str))
        for convo in convos:
            if convo not in self._known:
                outcome = await self._api.get("chat.bsky.convo.getConvo", ("convoId", convo), chat=True)
                if outcome.error is not None and outcome.error.error_class.retriable:
                    return outcome.error
                self._known.keep(convo, is_group(outcome.object.get("convo")))
        return [convo for convo in convos if self._known.get(convo)]


def is_group(convo: Json) -> bool:
    """Tell whether more than two people write in a conversation; older servers do not say its kind."""
    if not isinstance(convo, Mapping):
        return False
    kind, members = convo.get("kind"), convo.get("members")
    named = isinstance(kind, Mapping) and str(kind.get("$type")).endswith("#groupConvo")
    return named or (isinstance(members, list) and len(members) > TWO)
