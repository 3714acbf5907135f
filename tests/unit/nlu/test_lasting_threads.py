"""Threads that compute with OpenVINO outlive what they computed."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.nlu.lasting_threads import LastingExecutor, call_lastingly
from bot.nlu.products import Kind, Multiplier

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 20


def in_passing_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def is_alive(ident: int) -> bool:
    return any(thread.ident == ident for thread in threading.enumerate())


def test_a_passing_thread_calls_in_one_that_lasts() -> None:
    seen: list[int] = []
    in_passing_thread(lambda: seen.append(call_lastingly(threading.get_ident)))
    assert is_alive(seen[0])


def test_graphs_are_compiled_and_run_where_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, int]] = []

    def note(call: Callable[..., object], /, *args: object, **kwargs: object) -> object:
        def told() -> object:
            called.append((call.__name__, threading.get_ident()))
            return call(*args, **kwargs)

        return call_lastingly(told)

    monkeypatch.setattr("bot.nlu.products.call_lastingly", note)
    monkeypatch.setattr("bot.nlu.runtime.call_lastingly", note)
    two = np.full((2, 2), 2, dtype=np.float32)
    in_passing_thread(lambda: Multiplier()(Kind.PLAIN, two, two))
    assert {name for name, _ in called} == {"compile_model", "infer"}
    assert all(is_alive(ident) for _, ident in called)


def test_a_thread_that_lasts_calls_by_itself() -> None:
    with LastingExecutor(1) as executor:
        here, there = executor.submit(
            lambda: (threading.get_ident(), call_lastingly(threading.get_ident))
        ).result()
    assert here == there


def test_what_is_raised_reaches_the_caller() -> None:
    failures: list[str] = []

    def fail() -> None:
        try:
            call_lastingly(int, "one")
        except ValueError as error:
            failures.append(str(error))

    in_passing_thread(fail)
    assert len(failures) == 1
    with LastingExecutor(1) as executor, pytest.raises(ValueError, match="two"):
        executor.submit(int, "two").result()


def test_no_more_run_at_once_than_was_said() -> None:
    together, most, lock = 0, 0, threading.Lock()
    met = threading.Barrier(2)

    def count() -> None:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        met.wait(PATIENCE)  # so that two are there at once
        with lock:
            together -= 1

    with LastingExecutor(2) as executor:
        calls = [executor.submit(count) for _ in range(6)]
    assert [call.exception() for call in calls] == [None] * 6
    assert most == 2


def test_threads_are_used_again() -> None:
    def settle() -> int:
        with LastingExecutor(1) as executor:
            return executor.submit(threading.get_ident).result()

    assert len({settle() for _ in range(50)}) < 10  # one may be on its way back when the next is wanted


def test_what_has_not_begun_is_cancelled_when_something_breaks() -> None:
    begun, go_on = threading.Event(), threading.Event()
    second: Future[object] = Future()

    def begin() -> bool:
        begun.set()
        return go_on.wait(PATIENCE)

    def leave() -> None:
        nonlocal second
        with LastingExecutor(1) as executor:
            first = executor.submit(begin)
            second = executor.submit(pytest.fail, "should not have begun")
            assert begun.wait(PATIENCE)
            threading.Timer(0.05, go_on.set).start()
            assert not first.done()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    with pytest.raises(CancelledError):
        second.result(PATIENCE)


def test_a_closed_executor_takes_nothing() -> None:
    executor = LastingExecutor(1)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="shutdown"):
        executor.submit(int)
