"""What is remembered of posts, so that an answer finds its thread and a deletion its conversation."""

from __future__ import annotations

from bot.connector.recent import Recent
from bot.domain.json import Json, JsonObject

REMEMBERED = 10_000  # posts
KEPT = ("id", "account", "visibility", "in_reply_to_id", "in_reply_to_account_id", "mentions")


class Memory:
    """The last posts that came by. What is forgotten costs a call (threads) or goes unsaid (deletions)."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._posts: Recent[str, JsonObject] = Recent(size)

    def keep(self, status: JsonObject, thread: str | None) -> None:
        """Keep of a post what tells whose conversation it belongs to; `thread` is its first post."""
        post_id = str(status.get("id"))
        kept: dict[str, Json] = {name: status.get(name) for name in KEPT}
        self._posts.keep(post_id, {**kept, "thread": thread or post_id})

    def find(self, post_id: str) -> JsonObject | None:
        """Return what is known of a post."""
        return self._posts.get(post_id)

    def find_thread(self, post_id: str) -> str | None:
        """Return the first post of a post's thread, None where that is not known."""
        post = self._posts.get(post_id)
        return str(post["thread"]) if post else None
