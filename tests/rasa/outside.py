"""What programs do to a conversation, drawn by chance: intents that nobody said, events from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.rasa.vocabulary import possible_values

if TYPE_CHECKING:
    import random

    from tests.rasa.native import NativeProject
    from tests.rasa.vocabulary import Vocabulary


class Outside:
    """A program that meddles with a conversation."""

    def __init__(self, project: NativeProject, words: Vocabulary, chance: random.Random) -> None:
        """Hold what it may speak of."""
        self._project, self._words, self._chance = project, words, chance

    def act(self) -> dict[str, Any]:
        """Return a turn's part of its own: an intent to act on, or events to log."""
        if self._chance.random() < 0.5:
            return {"trigger": self._chance.choice(self._words.intents), "entities": self._words.entities()}
        return {"events": [event for _ in range(self._chance.choice((1, 1, 2))) for event in self._events()]}

    def _events(self) -> list[dict[str, Any]]:
        chance = self._chance
        return chance.choice(
            (
                [self._slot()],
                [self._slot()],
                [self._slot()],
                [{"event": "bot", "text": "By the way.", "data": {}, "metadata": {}}],
                [{"event": "pause"}],
                [{"event": "pause"}, {"event": "resume"}],
                [{"event": "reset_slots"}],
                [{"event": "restart"}],
                [{"event": "rewind"}],
                [{"event": "undo"}],
                [{"event": "followup", "name": chance.choice(self._actions())}],
                [self._loop()],
                [{"event": "action", "name": chance.choice(self._actions())}],
                [self._message(), {"event": "action", "name": "action_listen"}],
            )
        )

    def _slot(self) -> dict[str, Any]:
        slots = self._project.spec.domain.slots
        if not slots:
            return {"event": "reset_slots"}
        slot = self._chance.choice(list(slots.values()))
        return {
            "event": "slot",
            "name": slot.name,
            "value": self._chance.choice([*possible_values(slot), None]),
        }

    def _loop(self) -> dict[str, Any]:
        return {"event": "active_loop", "name": self._chance.choice([*self._project.spec.domain.forms, None])}

    def _actions(self) -> list[str]:
        responses = [name for name in self._project.spec.domain.responses if "/" not in name]
        return [*responses, "action_listen"]

    def _message(self) -> dict[str, Any]:
        intent = self._chance.choice(self._words.told)
        parsed = {
            "text": f"/{intent}",
            "intent": {"name": intent, "confidence": 1.0},
            "entities": self._words.entities(),
        }
        return {"event": "user", "text": f"/{intent}", "parse_data": parsed}
