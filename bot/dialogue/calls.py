"""How pure code asks for an action to be run: it yields a `Call` and is sent what came of it.

A form, a slot extraction or a fallback may need actions of the project in the middle. Each is a
generator of type `Steps`; whoever drives it (the engine, a test) runs the actions.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bot.dialogue.events import Event
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Run the project's action `name` on `tracker`, which may hold events that only it is to see."""

    name: str
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an action returned, and the messages it dispatched in Rasa's form, unrendered."""

    events: tuple[Event, ...] = ()
    responses: tuple[JsonObject, ...] = ()


class ActionRefused(Exception):  # not an error: control flow between a form and the policies
    """The action does not want to run now; the policies are to predict something else."""

    def __init__(self, name: str) -> None:
        """Hold the action's name."""
        super().__init__(name)
        self.name = name


Steps: TypeAlias = "Generator[Call, Outcome, tuple[Event, ...]]"
