"""Threads that never end, for all that OpenVINO computes.

In each thread that compiles or runs a graph, OpenVINO leaves something to be taken apart when that thread
ends. Where the graph goes at the same moment, at the end of a process or when another model takes over,
one of the two writes into memory that the other has given back (seen in 2026.4: about one process in forty
died at its end of a broken heap). Waiting for a thread does not help: Python's `join` returns before the
system's thread is gone. A thread that never ends takes nothing apart.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from concurrent.futures import Executor, Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    Job = Callable[[], None]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class _Thread:
    """Does one job after the other, and goes back to the idle ones after each."""

    def __init__(self, number: int) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        # A daemon: Python would wait at its end for others.
        threading.Thread(target=self._work, name=f"lasting-{number}", daemon=True).start()

    def give(self, job: Job) -> None:
        self._jobs.put(job)

    def _work(self) -> None:
        _threads.lasting.add(threading.get_ident())
        while True:
            self._jobs.get()()
            _threads.take_back(self)


@dataclass(slots=True)
class _Threads:
    """All threads of this process that last."""

    lasting: set[int] = field(default_factory=set)
    _idle: list[_Thread] = field(default_factory=list)
    _made: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def do(self, job: Job) -> None:
        with self._changed:
            if self._idle:
                thread = self._idle.pop()
            else:
                self._made += 1
                thread = _Thread(self._made)
        thread.give(job)

    def take_back(self, thread: _Thread) -> None:
        with self._changed:
            self._idle.append(thread)
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Wait for what is under way. Python ends threads that are still in the middle of something."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._idle) == self._made)


_threads = _Threads()
atexit.register(_threads.wait_until_idle)


def call_lastingly(call: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Call in a thread that lasts: this one, if it does, which saves a tenth of a millisecond."""
    here = threading.get_ident()
    if here in _threads.lasting or here == threading.main_thread().ident:
        return call(*args, **kwargs)
    future: Future[Result] = Future()
    _threads.do(lambda: _fulfil(future, lambda: call(*args, **kwargs)))
    return future.result()


class LastingExecutor(Executor):
    """Runs at most `most` calls at once, in threads that last.

    A `with` that breaks cancels what has not begun.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running: set[Future[Any]] = set()
        self._workers = 0
        self._closed = False

    @override
    def submit(
        self, fn: Callable[Given, Result], /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Future[Result]:
        """Return what will hold the call's result."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._waiting.append((future, lambda: fn(*args, **kwargs)))
            hire = self._workers < self._most
            self._workers += hire
        if hire:
            _threads.do(self._work)
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; `wait` for those that were taken."""
        with self._lock:
            self._closed = True
            waiting = [future for future, _ in self._waiting]
            under_way = [*self._running, *waiting]
        if cancel_futures:
            for future in waiting:
                future.cancel()
        if wait:
            wait_for(under_way)

    @override
    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for what is under way, and unless something broke for all that waits."""
        self.shutdown(cancel_futures=error is not None)

    def _work(self) -> None:
        while taken := self._take():
            future, call = taken
            if future.set_running_or_notify_cancel():
                _fulfil(future, call)
            with self._lock:
                self._running.discard(future)

    def _take(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._lock:
            if not self._waiting:
                self._workers -= 1
                return None
            taken = self._waiting.popleft()
            self._running.add(taken[0])
            return taken


def _fulfil(future: Future[Result], call: Callable[[], Result]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits for the result must hear of it
        future.set_exception(error)
    else:
        future.set_result(result)
