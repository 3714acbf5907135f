"""A database for each test: copied from a migrated one, emptied afterwards for the next test of the process.

To copy and drop one costs PostgreSQL several times what it costs to empty one that got a few rows.
"""

from __future__ import annotations

import asyncpg
from sqlalchemy.engine import make_url

# Whoever is still connected belongs to the test that ended.
_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
    SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
        SELECT format('%s %s %s %s', relname, relkind, relnatts, reloptions) AS line
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT setconfig::text FROM pg_db_role_setting
        UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT version_num FROM alembic_version) lines
"""
_EACH_FILLED = """
        FOR found IN
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'alembic_version'
        LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', found.relname) INTO filled;
            IF filled THEN
"""
# Rows that migrations make are put back.
_KEEP = f"""
    CREATE SCHEMA kept;
    DO $$
    DECLARE
        found record;
        filled boolean;
    BEGIN
        {_EACH_FILLED}
                EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%1$I', found.relname);
            END IF;
        END LOOP;
    END $$
"""
_EMPTY = f"""
    DO $$
    DECLARE
        found record;
        filled boolean;
    BEGIN
        SET LOCAL session_replication_role = replica;  -- no foreign keys: any order will do
        SET LOCAL lock_timeout = '5s';
        {_EACH_FILLED}
                EXECUTE format('DELETE FROM %I', found.relname);
            END IF;
        END LOOP;
        FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'kept'::regnamespace AND relkind = 'r'
        LOOP
            EXECUTE format(
                'INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%1$I', found.relname);
        END LOOP;
        PERFORM setval(oid, 1, false) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
    END $$
"""


class Databases:
    """The databases of one PostgreSQL: at most one is kept empty for the next test."""

    def __init__(self, url: str, template: str) -> None:
        self._url, self._template = make_url(url), template
        self._made = 0
        self._spare: str | None = None
        self._shape: str | None = None

    def address(self, name: str) -> str:
        """Return the address of one of them."""
        return self._url.set(database=name).render_as_string(hide_password=False)

    async def take(self) -> str:
        """Return the name of an empty, migrated one."""
        name, self._made = f"test_{self._made}", self._made + 1
        if self._spare is not None:
            # Under a name of its own: what an earlier test left running must not find it.
            spare, self._spare = self._spare, None
            try:
                await self._run(f"ALTER DATABASE {spare} RENAME TO {name}")
            except asyncpg.ObjectInUseError:  # such as somebody who connects again and again
                await self._run(f"DROP DATABASE {spare} WITH (FORCE)")
            else:
                return name
        await self._run(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        connection = await self._connect(name)
        try:
            await connection.execute(_KEEP)
            self._shape = self._shape or await connection.fetchval(_SHAPE)
        finally:
            await connection.close()
        return name

    async def give_back(self, name: str) -> None:
        """Empty one for the next test, or drop it where a test changed more than rows."""
        try:
            connection = await self._connect(name)
        except (OSError, asyncpg.PostgresError):  # the test did something to it
            return
        try:
            await connection.execute(_LEAVE)
            if await connection.fetchval(_SHAPE) == self._shape:
                await connection.execute(_EMPTY)
                self._spare = name
        except asyncpg.PostgresError:
            self._spare = None
        finally:
            await connection.close()
        if self._spare != name:
            await self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        connection = await self._connect(self._url.database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self, name: str | None) -> asyncpg.Connection:
        address = self._url.set(drivername="postgresql", database=name)
        return await asyncpg.connect(address.render_as_string(hide_password=False))
