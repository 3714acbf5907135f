"""What an action needs besides the tracker to be carried out: the domain and how to speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dialogue.calls import Call
from bot.dialogue.responses import bot_event, merge_response, render, suitable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.dialogue.calls import Outcome, Steps
    from bot.dialogue.catalogue import Catalogue
    from bot.dialogue.events import BotUttered, Event
    from bot.dialogue.spec import Variation
    from bot.dialogue.tracker import Tracker
    from bot.domain.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The surroundings of a turn. `choose` picks one of several suitable variations."""

    catalogue: Catalogue
    channel: str
    choose: Callable[[Sequence[Variation]], Variation]

    def utter(self, response: str, slots: JsonObject) -> tuple[BotUttered, ...]:
        """Return the bot event of a response; nothing if it has no suitable variation."""
        rendered = self._render(response, slots, {})
        return () if rendered is None else (bot_event({**rendered, "utter_action": response}),)

    def said(self, outcome: Outcome, slots: JsonObject) -> tuple[Event, ...]:
        """Return the bot events of what an action dispatched, then the events it returned."""
        return (
            *(event for each in outcome.responses for event in self._spoken(each, slots)),
            *outcome.events,
        )

    def _spoken(self, response: JsonObject, slots: JsonObject) -> tuple[BotUttered, ...]:
        name = response.get("response")
        if not name:
            return (bot_event(merge_response({}, response)),)
        arguments = {key: value for key, value in response.items() if key != "response"}
        rendered = self._render(str(name), slots, arguments)
        if rendered is None:
            return ()
        return (bot_event(merge_response({**rendered, "utter_action": name}, response)),)

    def _render(self, response: str, slots: JsonObject, arguments: JsonObject) -> dict[str, object] | None:
        variations = suitable(self.catalogue.domain.responses.get(response, ()), slots, self.channel)
        return render(self.choose(variations), slots, arguments) if variations else None


def run_custom(scene: Scene, name: str, tracker: Tracker) -> Steps:
    """Run one action of the project on `tracker`."""
    outcome = yield Call(name=name, tracker=tracker)
    return scene.said(outcome, tracker.live.slots)
