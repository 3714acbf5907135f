"""Which of our files Slack takes: all, up to 1 GB each (https://docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import FileRule

FILE_MAX = 1_000_000_000  # bytes
KINDS = frozenset({"image", "audio", "video", "file"})
FILE_RULES: Mapping[str, FileRule] = {kind: FileRule(most=FILE_MAX) for kind in KINDS}
