"""What is done with every message is planned to read what belongs to it, and never all of a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage import deliveries, first_messages, inbound, outbox, pulled, receipts, turn_commit, turns
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
    "deliver": deliveries._CLAIM,
    "what is open": deliveries._OPEN,
    "sending": deliveries._SENDING,
    "fence": deliveries._FENCE,
    "sent": deliveries._FINISH,
    "fetched": outbox._OUTCOME,
    "pulled": pulled._PULLED,
    "receipt": receipts._APPLY,
}
# Conversations as most are: all is answered, nothing waits.
FILL = (
    "INSERT INTO account (channel, name) VALUES ('rest', 'main')",
    "INSERT INTO contact (name) SELECT n::text FROM generate_series(1, 3000) n",
    """INSERT INTO handle (account_id, native_id, contact_id)
    SELECT a.id, c.id::text, c.id FROM account a, contact c""",
    """INSERT INTO conversation (account_id, key, contact_id, surface, last_message_at)
    SELECT a.id, c.id::text, c.id, 'direct', now() FROM account a, contact c""",
    """INSERT INTO message
        (conversation_id, account_id, seq, author, kind, event_id, content, settled, turn_id)
    SELECT c.id, c.account_id, n, author, 'text', CASE author WHEN 'contact' THEN c.id || '-' || n END, '{}',
        CASE author WHEN 'contact' THEN 'bot' END, c.id
    FROM conversation c, unnest(ARRAY['contact', 'bot', 'contact', 'bot']) WITH ORDINALITY AS t(author, n)""",
    "INSERT INTO tracker (conversation_id, state, updated_at) SELECT id, '{}', now() FROM conversation",
    """INSERT INTO outbox (message_id, conversation_id, state)
    SELECT id, conversation_id, 'sent' FROM message WHERE author = 'bot'""",
    "ANALYZE account, contact, handle, conversation, message, tracker, outbox",
)
_OF_FEW = ("pk_account",)
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
        if kind in _BY_INDEX and "Index Cond" not in each and each["Index Name"] not in _OF_FEW:
            yield f"all of {each['Index Name']}"


@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_statement_of_a_messages_way_reads_all_of_a_table(database: Database, name: str) -> None:
    sql, names = _compile(STATEMENTS[name])
    nothing = ", ".join(["NULL"] * len(names))
    async with database.begin() as connection:
        for each in FILL:
            await connection.exec_driver_sql(each)
        for setting in (*_BY_KEYS.split("; "), "SET plan_cache_mode = force_generic_plan"):
            await connection.exec_driver_sql(setting)
        await connection.exec_driver_sql(f"PREPARE planned AS {sql}")
        explained = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE planned ({nothing})")
        found: Any = explained.scalar_one()
        await connection.exec_driver_sql("DEALLOCATE planned")
    plan = json.loads(found) if isinstance(found, str) else found
    assert list(_find_scans(plan[0]["Plan"])) == []
