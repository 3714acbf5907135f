"""From a model archive to an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.dialogue.dialogue import compile_dialogue
from bot.engines.at_once import find_at_once
from bot.engines.native.engine import NativeEngine
from bot.engines.native.remembering import RememberingInterpreter
from bot.engines.native.slot_classes import load_slot_classes
from bot.errors import ModelError
from bot.nlu.archive import DIALOGUE_FOLDER
from bot.nlu.interpreter import Interpreter
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.rasa_format.project import load_dialogue

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.pipeline import DeskSpec
    from bot.engines.native.actions import ActionRunner
    from bot.nlu.archive import Archive
    from bot.nlu.encoders import EncoderShelf


def load_native_engine(
    archive: Archive,
    *,
    actions: ActionRunner,
    encoders: EncoderShelf,
    root: Path,
    desk: DeskSpec | None = None,
) -> NativeEngine:
    """Build the engine of a model. Takes a while; call it in a thread.

    `encoders` may be shared by several engines, `root` is the project's folder, where slot classes of its
    own are; `desk` how it hands over, None: as Rasa would. The interpreter starts its own thread when first
    asked. Raises `ModelError`, `ProjectError`, `ActionError`.
    """
    packed = archive.get_folder(DIALOGUE_FOLDER)
    if not packed:
        raise ModelError(
            "this model holds understanding alone (`visavis train --nlu` made it), so it cannot answer "
            "anybody: run `visavis train --release` in the project"
        )
    spec = load_dialogue(packed)
    dialogue = compile_dialogue(load_slot_classes(spec, root))
    model = NluModel.from_files(archive.get_folder(NLU_FOLDER))
    interpreter = RememberingInterpreter(Interpreter(model, encoders.get(model.encoder_spec)))
    return NativeEngine(
        dialogue=dialogue,
        interpreter=interpreter,
        actions=actions,
        at_once=find_at_once(spec, desk) if desk else None,
    )
