"""What an account of the web chat may say in config.yml. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

OPTIONS = frozenset(
    {
        *("title", "greeting", "origins", "identity_secret"),
        *("consent", "consent_link", "ask", "ask_required", "largest_file", "mail_account"),
    }
)
ASKED = frozenset({"name", "email"})
YES_NO = frozenset({"true", "yes", "on", "1", "false", "no", "off", "0"})
SHORTEST_SECRET = 32  # characters: what HMAC-SHA256 is as strong as
MOST_WORDS = 2_000  # of a consent: more is a page, which `consent_link` leads to
LARGEST_FILE = 25  # MB, as for every channel


def find_option_problems(options: Mapping[str, str]) -> list[str]:
    """Say in words what is wrong with what visitors are asked, shown and let do."""
    problems = []
    secret = options.get("identity_secret")
    if secret is not None and len(secret) < SHORTEST_SECRET:
        problems.append(f"`identity_secret` must have {SHORTEST_SECRET} characters or more")
    if len(options.get("consent", "")) > MOST_WORDS:
        problems.append(f"`consent` is longer than {MOST_WORDS:,} characters: say the rest on its own page")
    return (
        problems
        + _find_link_problems(options)
        + _find_asking_problems(options)
        + _find_size_problems(options)
    )


def _find_link_problems(options: Mapping[str, str]) -> list[str]:
    link = options.get("consent_link")
    if link is None:
        return []
    if "consent" not in options:
        return ["`consent_link` without `consent`: write the words that lead there"]
    try:
        parts = urlsplit(link)
    except ValueError:
        return ["`consent_link` is no address"]
    fits = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return [] if fits else ["`consent_link` must be an address that begins with https://"]


def _find_asking_problems(options: Mapping[str, str]) -> list[str]:
    asked = set(options.get("ask", "").replace(",", " ").split())
    problems = [f"`ask`: `{each}` cannot be asked for, only name and email" for each in sorted(asked - ASKED)]
    required = options.get("ask_required")
    if required is not None and required.strip().lower() not in YES_NO:
        problems.append("`ask_required` must be true or false")
    if required is not None and not asked:
        problems.append("`ask_required` without `ask`: say what is asked for")
    return problems


def _find_size_problems(options: Mapping[str, str]) -> list[str]:
    if options.get("largest_file", "0") in {str(size) for size in range(LARGEST_FILE + 1)}:
        return []
    return [f"`largest_file` must be a whole number of MB from 0 (no files) to {LARGEST_FILE}"]
