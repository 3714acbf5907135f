"""`PlainEngine` with the native engine's record of how each utterance was judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.dialogue.event_json import event_json, user_event
from bot.domain.understanding import IntentScore, Triage, Understanding
from bot.nlu.parse_json import render_parse
from bot.service.answer import answer
from bot.service.receive import receive
from tests.fakes.engine import PlainEngine
from tests.integration.service.events import says

if TYPE_CHECKING:
    from bot.engines.engine import Turn, TurnResult
    from bot.service.road import Road

ANGRY = Triage(complaint=0.93, urgency=0.81, sentiment=0.05, because=("smokes",))
CALM = Triage(complaint=0.1, urgency=0.05, sentiment=0.5)


@dataclass
class JudgingEngine(PlainEngine):
    """Judges everything as `triage`."""

    triage: Triage = field(default=ANGRY)

    @override
    async def respond(self, turn: Turn) -> TurnResult:
        result = await super().respond(turn)
        text = "\n".join(message.content.text for message in turn.messages)
        understanding = Understanding(
            text=text, intent=IntentScore(name="echo", confidence=0.5), triage=self.triage
        )
        heard = user_event(render_parse(understanding), message_id=str(turn.messages[-1].id))
        return replace(result, events=(event_json(heard), *result.events[1:]))


async def hear(road: Road, *texts: str, triage: Triage = ANGRY, sender: str = "nora") -> tuple[int, int]:
    """Have a customer say something in one go, and the bot judge it; returns (conversation, last message)."""
    received = [await receive(road, says(text, sender=sender)) for text in texts]
    conversation_id = received[-1].conversation_id
    assert conversation_id is not None
    answered = await answer(road, JudgingEngine(triage=triage), conversation_id)
    assert answered is not None
    return conversation_id, answered.turn_id
