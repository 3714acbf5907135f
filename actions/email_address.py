"""Email addresses as customers write them, and as the order book keeps them."""

import re

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def parse_email(text: str) -> str | None:
    """Find an email address in `text` and write it in lower case; None when there is none."""
    match = _EMAIL.search(text)
    return match.group().casefold() if match else None
