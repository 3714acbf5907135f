"""Order numbers as customers write them, and as the order book keeps them."""

import re

_ORDER_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:LY[\s\-_]*)?(\d{6})(?!\d)", re.IGNORECASE)


def parse_order_number(text: str) -> str | None:
    """Find an order number in `text` and write it as `LY-104233`; None when there is none.

    Accepts `LY-104233`, `LY104233`, `ly 104233` and the plain six digits, with words around them.
    """
    match = _ORDER_NUMBER.search(text)
    return f"LY-{match.group(1)}" if match else None
