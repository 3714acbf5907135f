from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.products import SIZES, Kind, Multiplier, multiply_exactly


@pytest.mark.parametrize("kind", Kind)
def test_a_product_is_that_of_32_bits_to_two_digits(kind: Kind) -> None:
    dice = np.random.default_rng(0)
    multiply = Multiplier()
    for rows in (SIZES, 2 * SIZES, SIZES):  # another size, and the first one again
        left, right = (dice.normal(size=shape).astype(np.float32) for shape in _find_shapes(kind, rows))
        expected = multiply_exactly(kind, left, right)
        product = multiply(kind, left, right)
        assert product.dtype == np.float32
        np.testing.assert_allclose(product, expected, atol=0.02 * np.abs(expected).max())


def test_a_product_stays_as_it_is_when_another_is_computed() -> None:
    multiply = Multiplier()
    one = np.eye(SIZES, dtype=np.float32)
    first = multiply(Kind.PLAIN, one, one)
    multiply(Kind.PLAIN, 2 * one, one)
    assert (first == one).all()


def _find_shapes(kind: Kind, rows: int) -> tuple[tuple[int, int], tuple[int, int]]:
    inner, outer = 96, 40
    return {
        Kind.PLAIN: ((rows, inner), (inner, outer)),
        Kind.RIGHT: ((rows, inner), (outer, inner)),
        Kind.LEFT: ((rows, inner), (rows, outer)),
    }[kind]
