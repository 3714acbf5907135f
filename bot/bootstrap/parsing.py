"""Texts → parse JSON by one model, many at a time: what `visavis parse` does."""

from __future__ import annotations

import ctypes
import json
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import TYPE_CHECKING

from bot.errors import VisavisError
from bot.nlu.archive import DIALOGUE_FOLDER
from bot.nlu.encoders import open_chosen_encoder
from bot.nlu.lasting_threads import LastingExecutor
from bot.nlu.lines import Line, read_lines
from bot.nlu.model import NLU_FOLDER, NluModel
from bot.nlu.parse_json import render_parse
from bot.nlu.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from bot.dialogue.catalogue import Catalogue
    from bot.domain.understanding import Understanding
    from bot.nlu.archive import Archive

THREADS = 2
"""While one encodes, outside the GIL, the other does the rest."""
BATCH = 128
"""Texts in one go: of like lengths there are more among many, which the encoder likes."""
_AHEAD = 4  # batches under way or done before the first of them is taken
_TRIM_THRESHOLD = -1  # glibc's number of the option


class Parser:
    """Reads texts by a model, in at most `THREADS` threads at once. `/intent` is read as in a conversation.

    `root` is the folder that the path of a project's own encoder begins at. Raises `ModelError` for a
    model that this version or installation cannot use.
    """

    def __init__(self, archive: Archive, root: Path) -> None:
        self._packed = archive.get_folder(DIALOGUE_FOLDER)  # the rest of the archive need not stay
        model = NluModel.from_files(archive.get_folder(NLU_FOLDER))
        encoder = open_chosen_encoder(model.encoder_spec, root)
        self._idle: SimpleQueue[Reader] = SimpleQueue()
        for _ in range(THREADS):
            self._idle.put(Reader(model, encoder))

    def parse(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand each text."""
        reader = self._idle.get()
        try:
            read = reader.read(texts)
        finally:
            self._idle.put(reader)
        return [self._press(text) or understanding for text, understanding in zip(texts, read, strict=True)]

    def _press(self, text: str) -> Understanding | None:
        """Read `/intent{…}`, which is what a button of the project sends; None for any other text."""
        if not text.lstrip().startswith("/") or self._catalogue is None:
            return None
        # Not at the top: hardly any text looks like this.
        from bot.dialogue.intent_message import parse_intent_message  # noqa: PLC0415 - see above

        return parse_intent_message(text, self._catalogue)

    @cached_property
    def _catalogue(self) -> Catalogue | None:
        """What the model's dialogue knows; None for a model of understanding alone."""
        from bot.dialogue.dialogue import compile_dialogue  # noqa: PLC0415 - see `_press`
        from bot.rasa_format.project import load_dialogue  # noqa: PLC0415 - see `_press`

        return compile_dialogue(load_dialogue(self._packed)).catalogue if self._packed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line's result as JSON on one line. `broken`: it says why there is none."""

    content: str
    broken: bool = False


def give_back_memory() -> None:
    """Return to the system what loading needed, and from now on what a batch needed.

    With glibc, elsewhere nothing: with every large array that comes and goes it keeps more for the next one,
    10 MB in all.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim"):
        libc.mallopt(_TRIM_THRESHOLD, 2**20)
        libc.malloc_trim(0)


def parse_lines(parser: Parser, chunks: Iterable[bytes]) -> Generator[list[Row], None, None]:
    """Yield a row for each line, in order, as soon as it is there; `chunks` are read in a thread.

    A text on which the parser breaks is a broken line. Raises what reading the chunks raises.
    """
    under_way: SimpleQueue[Future[list[Row]] | None] = SimpleQueue()
    ahead = threading.Semaphore(_AHEAD)
    left = threading.Event()
    pool = LastingExecutor(THREADS)

    def take_in() -> None:
        try:
            for batch in _cut(read_lines(chunks)):
                ahead.acquire()
                if left.is_set():
                    return
                under_way.put(pool.submit(_parse_batch, parser, batch))
        except Exception as error:  # noqa: BLE001 - told where the rows are waited for
            failed: Future[list[Row]] = Future()
            failed.set_exception(error)
            under_way.put(failed)
        under_way.put(None)

    # A daemon: it may wait for a line that never comes when everybody else has left.
    threading.Thread(target=take_in, name="lines", daemon=True).start()
    try:
        while (rows := under_way.get()) is not None:
            yield rows.result()
            ahead.release()
    finally:
        left.set()
        ahead.release()
        pool.shutdown(wait=False, cancel_futures=True)


def _cut(lines_at_hand: Iterable[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    for lines in lines_at_hand:
        for start in range(0, len(lines), BATCH):
            yield lines[start : start + BATCH]


def _parse_batch(parser: Parser, lines: Sequence[Line]) -> list[Row]:
    whole = [line for line in lines if line.error is None]
    read = iter(_parse_safely(parser, whole))
    return [_tell(line.number, line.error) if line.error else next(read) for line in lines]


def _parse_safely(parser: Parser, lines: Sequence[Line]) -> list[Row]:
    """Parse all; where that fails, each by itself: no text may take the others' results with it."""
    try:
        read = parser.parse([line.text for line in lines])
    except VisavisError:  # the model's fault, not a text's
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the row says so
        if len(lines) > 1:
            return [row for line in lines for row in _parse_safely(parser, [line])]
        return [_tell(line.number, f"line {line.number}: {error!r} came up") for line in lines]
    return [Row(content=dump_parse(understanding)) for understanding in read]


def _tell(number: int, error: str) -> Row:
    return Row(content=json.dumps({"error": error, "line": number}, ensure_ascii=False), broken=True)


def dump_parse(understanding: Understanding, *, indent: int | None = None) -> str:
    """Return Rasa's parse JSON."""
    return json.dumps(render_parse(understanding), ensure_ascii=False, indent=indent)
