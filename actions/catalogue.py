"""What Lyra Audio sells, with prices in pounds."""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Kind(Enum):
    """What a product is; the value ends the name of the response that tells the least expensive one."""

    HEADPHONES = "headphones"
    MICROPHONE = "microphones"
    INTERFACE = "interfaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product; `summary` continues a sentence and takes `article` before it."""

    name: str
    kind: Kind
    price: int
    summary: str
    article: str = "a"


_PRODUCTS = (
    Product(
        name="Halo",
        kind=Kind.HEADPHONES,
        price=249,
        article="an",
        summary="over-ear Bluetooth headphone with noise cancelling",
    ),
    Product(
        name="Halo Lite",
        kind=Kind.HEADPHONES,
        price=99,
        article="an",
        summary="on-ear Bluetooth headphone that plays for 55 hours",
    ),
    Product(
        name="Wisp",
        kind=Kind.HEADPHONES,
        price=129,
        summary="pair of Bluetooth earbuds with noise cancelling",
    ),
    Product(
        name="Atlas", kind=Kind.HEADPHONES, price=149, summary="closed-back wired headphone for recording"
    ),
    Product(
        name="Atlas Open", kind=Kind.HEADPHONES, price=219, summary="wired headphone for mixing, open-back"
    ),
    Product(
        name="Nova USB",
        kind=Kind.MICROPHONE,
        price=89,
        summary="USB-C microphone for calls, streams and podcasts",
    ),
    Product(
        name="Nova X",
        kind=Kind.MICROPHONE,
        price=139,
        summary="dynamic XLR microphone for voices in any room",
    ),
    Product(
        name="Cirrus",
        kind=Kind.MICROPHONE,
        price=199,
        summary="large condenser microphone for vocals and instruments",
    ),
    Product(name="Bridge 2", kind=Kind.INTERFACE, price=129, summary="USB-C interface with two inputs"),
    Product(
        name="Bridge 4",
        kind=Kind.INTERFACE,
        price=219,
        summary="USB-C interface with four inputs, MIDI and loopback",
    ),
    Product(
        name="Bridge 8", kind=Kind.INTERFACE, price=449, summary="USB-C interface with eight inputs and ADAT"
    ),
)

CATALOGUE = MappingProxyType({product.name.casefold(): product for product in _PRODUCTS})


def get_product(name: str) -> Product | None:
    """Look up a product by its name in any case."""
    return CATALOGUE.get(name.strip().casefold())
