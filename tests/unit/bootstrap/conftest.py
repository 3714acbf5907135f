"""The real encoder, as the tests of understanding have it."""

from tests.unit.nlu.conftest import encoder

__all__ = ["encoder"]
