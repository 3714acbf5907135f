"""What is done with every message is planned to read what belongs to it, and never all of a table.

Plans are made while tables are small and kept while they grow: here they are made in an empty database.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage import first_messages, inbound, turn_commit, turns
from bot.storage.direct import _BY_KEYS, _compile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.storage.database import Database

STATEMENTS: dict[str, Any] = {
    "append": inbound._APPEND,
    "append beside others": inbound._APPEND_FREE,
    "begin": first_messages._BEGIN,
    "claim": turns._CLAIM,
    "load": turns._LOAD,
    "commit": turn_commit._COMMIT,
    "commit beside others": turn_commit._COMMIT_FREE,
    "commit more": turn_commit._COMMIT_MORE,
}
_BY_INDEX = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for each in step.get("Plans", ()):
        yield from _steps(each)


def _find_scans(step: dict[str, Any]) -> Iterator[str]:
    """Yield the steps that read all of something."""
    for each in _steps(step):
        kind = each["Node Type"]
        if kind == "Seq Scan":
            yield f"all of {each['Relation Name']}"
        if kind in _BY_INDEX and "Index Cond" not in each:
            yield f"all of {each['Index Name']}"


@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_statement_of_a_messages_way_reads_all_of_a_table(database: Database, name: str) -> None:
    sql, names = _compile(STATEMENTS[name])
    nothing = ", ".join(["NULL"] * len(names))
    async with database.begin() as connection:
        for setting in (*_BY_KEYS.split("; "), "SET plan_cache_mode = force_generic_plan"):
            await connection.exec_driver_sql(setting)
        await connection.exec_driver_sql(f"PREPARE planned AS {sql}")
        explained = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE planned ({nothing})")
        found: Any = explained.scalar_one()
        await connection.exec_driver_sql("DEALLOCATE planned")
    plan = json.loads(found) if isinstance(found, str) else found
    assert list(_find_scans(plan[0]["Plan"])) == []
