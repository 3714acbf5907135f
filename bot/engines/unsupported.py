"""What a bot says of a message that its platform did not pass on: the same under every engine. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.responses import bot_event

if TYPE_CHECKING:
    from bot.dialogue.events import BotUttered
    from bot.dialogue.scene import Scene
    from bot.domain.json import JsonObject

RESPONSE = "utter_unsupported"
CANNOT_SEE = "I am a bot, and I cannot see what you just sent. Please tell me in words, or ask for a person."


def say_unsupported(scene: Scene, slots: JsonObject) -> tuple[BotUttered, ...]:
    """Return the project's words for what cannot be seen, else ours."""
    return scene.utter(RESPONSE, slots) or (bot_event({"text": CANNOT_SEE}),)
