"""A small order book for the demo. Its dates are said in words, so that they never grow old."""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class OrderState(Enum):
    """Where an order stands; the value ends the name of the response that tells it."""

    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order, placed with `email`.

    `since` says when its state began and `expected` when the next step comes, both in words.
    """

    number: str
    email: str
    items: str
    state: OrderState
    since: str = ""
    expected: str = ""
    carrier: str = ""
    tracking: str = ""
    note: str = ""


_ORDERS = (
    Order(
        number="LY-104233",
        email="anna@example.com",
        items="one Halo, black",
        state=OrderState.SHIPPED,
        since="yesterday",
        expected="tomorrow",
        carrier="DPD",
        tracking="1550 8812 4477",
    ),
    Order(
        number="LY-104871",
        email="mark.lee@example.org",
        items="one Bridge 2",
        state=OrderState.DELIVERED,
        since="three days ago",
        carrier="Royal Mail",
        tracking="QX 4409 1276 GB",
    ),
    Order(
        number="LY-105310",
        email="priya@example.com",
        items="one Cirrus and a shock mount",
        state=OrderState.DELAYED,
        expected="early next week",
        note="the shock mount reached our warehouse late",
    ),
    Order(
        number="LY-105777",
        email="tom@example.org",
        items="one Nova USB",
        state=OrderState.PACKED,
        expected="this evening",
    ),
    Order(
        number="LY-106002",
        email="anna@example.com",
        items="one Wisp, white",
        state=OrderState.SHIPPED,
        since="two days ago",
        expected="today or tomorrow",
        carrier="DHL",
        tracking="JD01 4600 0871 2235",
    ),
    Order(
        number="LY-106318",
        email="studio@example.com",
        items="two Atlas",
        state=OrderState.DELIVERED,
        since="yesterday",
        carrier="DPD",
        tracking="1550 8812 9034",
    ),
    Order(
        number="LY-106540",
        email="lena@example.org",
        items="one Halo Lite, green",
        state=OrderState.PACKED,
        expected="tomorrow morning",
    ),
    Order(
        number="LY-106991",
        email="mark.lee@example.org",
        items="one Bridge 4",
        state=OrderState.CANCELLED,
        since="four days ago",
    ),
    Order(
        number="LY-107204",
        email="joao@example.com",
        items="one Nova X and a boom arm",
        state=OrderState.SHIPPED,
        since="this morning",
        expected="in two to three days",
        carrier="UPS",
        tracking="1Z 84F 220 03 5519 7",
    ),
    Order(
        number="LY-107455",
        email="studio@example.com",
        items="one Bridge 8",
        state=OrderState.DELAYED,
        expected="at the end of this week",
        note="the carrier's van broke down near Cologne",
    ),
    Order(
        number="LY-107680",
        email="nora@example.org",
        items="one Atlas Open",
        state=OrderState.CANCELLED,
        since="yesterday",
    ),
    Order(
        number="LY-108013",
        email="tom@example.org",
        items="ear pads for the Halo",
        state=OrderState.PACKED,
        expected="tomorrow",
    ),
)

ORDER_BOOK = MappingProxyType({order.number: order for order in _ORDERS})


def find_order(number: str, email: str) -> Order | None:
    """Look up an order by its number and its email, as `parse_order_number` and `parse_email` write them."""
    order = ORDER_BOOK.get(number)
    return order if order is not None and order.email == email else None
