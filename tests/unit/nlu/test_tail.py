"""What the encoder's last step is made of."""

from __future__ import annotations

import numpy as np

from bot.nlu.tail import TailWeights


def test_items_of_the_weights_are_the_arrays_themselves() -> None:
    """The graph looks at their memory: copies would stay beside them for as long as the model serves."""
    weights = TailWeights(
        wide=np.ones((6, 4), dtype=np.float32),
        wide_bias=np.ones(6, dtype=np.float32),
        narrow=np.ones((4, 6), dtype=np.float32),
        narrow_bias=np.ones(4, dtype=np.float32),
        scale=np.ones(4, dtype=np.float32),
        shift=np.ones(4, dtype=np.float32),
    )

    assert all(array is getattr(weights, name) for name, array in weights.items())
    assert weights.fits()
