"""What `config.yml` says of an account, as every connector looks at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def find_unknown_options(channel: str, options: Iterable[str], known: Collection[str]) -> list[str]:
    """Say in words which of `options` a channel does not have."""
    return [f"`{name}` is not an option of {channel}" for name in sorted(set(options).difference(known))]
