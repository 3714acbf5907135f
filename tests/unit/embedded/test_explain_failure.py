from __future__ import annotations

from pathlib import Path

import pytest

from bot.embedded.child import PortTaken, explain_failure

LOG = Path("data/postgres/server.log")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            'FATAL:  could not write lock file "postmaster.pid": No space left on device',
            "PostgreSQL cannot start: the disk of data/postgres is full",
        ),
        (
            'FATAL:  could not open file "global/pg_control": Permission denied',
            "PostgreSQL cannot start: it may not read or write below data/postgres",
        ),
        (
            "LOG:  starting\nPANIC:  could not locate a valid checkpoint record\nLOG:  aborting",
            "PostgreSQL did not start: PANIC:  could not locate a valid checkpoint record",
        ),
        ("", "PostgreSQL did not start: it said nothing"),
    ],
)
def test_failure_is_one_sentence_with_the_reason(output: str, sentence: str) -> None:
    told = str(explain_failure("PostgreSQL", output, log=LOG))
    assert told.startswith(sentence)
    assert "\n" not in told


@pytest.mark.parametrize(
    "output",
    [
        'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
        "Warning: Could not create server TCP listening socket 127.0.0.1:99: bind: Address already in use",
    ],
)
def test_a_taken_port_is_told_apart(output: str) -> None:
    told = explain_failure("Valkey", output, log=LOG, port=99)
    assert isinstance(told, PortTaken)
    assert "127.0.0.1:99" in str(told)
