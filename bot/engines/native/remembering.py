"""What short texts mean is worked out once: customers write "hi", "yes" and "thanks" all day."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.understanding import Understanding
    from bot.engines.native.hearing import Interpreter

MOST_TEXTS, LONGEST_TEXT = 1_000, 64
"""How many are remembered (about 2 MB), those asked for last, and how many code points one may have."""


class RememberingInterpreter:
    """An `Interpreter` in front of that of one model. It is forgotten with the model.

    A text in which something was found is read anew each time: what "tomorrow" means depends on the day.
    """

    def __init__(self, interpreter: Interpreter, *, most: int = MOST_TEXTS) -> None:
        self._interpreter = interpreter
        self._most = most
        self._known: OrderedDict[str, Understanding] = OrderedDict()

    async def parse(self, text: str) -> Understanding:
        """Return what is remembered of exactly this text, else what the interpreter makes of it."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        understanding = await self._interpreter.parse(text)
        if len(text) <= LONGEST_TEXT and not understanding.entities:
            self._known[text] = understanding
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return understanding

    async def close(self) -> None:
        """Close the interpreter."""
        await self._interpreter.close()
