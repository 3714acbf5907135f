"""Models and releases. The archive lies in PostgreSQL, where every machine reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, array, insert

from bot.domain.model import Model, Release
from bot.storage.tables import model, release

if TYPE_CHECKING:
    from bot.domain.json import JsonObject
    from bot.storage.connection import AsyncConnection
    from bot.storage.rows import AnyRow

_PLAIN = (
    model.c.id,
    model.c.digest,
    model.c.data_digest,
    model.c.size,
    model.c.created_at,
    model.c.created_by,
)
# What grows with the number of examples; only the page of one model, or of two, needs it.
_LONG_METRICS = ("held_out", "wrong", "per_intent", "health")
_SHORT = model.c.metrics.op("-")(cast(array(_LONG_METRICS), ARRAY(Text))).label("metrics")


async def add_model(
    connection: AsyncConnection,
    archive: bytes,
    *,
    digest: str,
    data_digest: str,
    metrics: JsonObject,
    created_by: str,
) -> int:
    """Store an archive; the same bytes again return the model they made before."""
    statement = insert(model).values(
        digest=digest,
        data_digest=data_digest,
        archive=archive,
        size=len(archive),
        metrics=dict(metrics),
        created_by=created_by,
    )
    statement = statement.on_conflict_do_update(index_elements=[model.c.digest], set_={"digest": digest})
    return int((await connection.execute(statement.returning(model.c.id))).scalar_one())


async def list_models(connection: AsyncConnection, *, limit: int = 20) -> list[Model]:
    """Return models, newest first, without their archives; of `metrics` only the few figures."""
    rows = await connection.execute(select(*_PLAIN, _SHORT).order_by(model.c.id.desc()).limit(limit))
    return [_to_model(row) for row in rows]


async def get_model(connection: AsyncConnection, model_id: int) -> Model | None:
    """Return one model with all its metrics, or None."""
    statement = select(*_PLAIN, model.c.metrics).where(model.c.id == model_id)
    row = (await connection.execute(statement)).one_or_none()
    return _to_model(row) if row else None


async def find_model_id(connection: AsyncConnection, digest: str) -> int | None:
    """Return the newest model whose digest begins so, or None."""
    named = model.c.digest.startswith(digest, autoescape=True)
    statement = select(model.c.id).where(named).order_by(model.c.id.desc()).limit(1)
    found: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return found


async def get_archive(connection: AsyncConnection, model_id: int) -> bytes:
    """Return the bytes of a model's archive."""
    statement = select(model.c.archive).where(model.c.id == model_id)
    return bytes((await connection.execute(statement)).scalar_one())


async def add_release(connection: AsyncConnection, model_id: int, *, released_by: str) -> int:
    """Put a model into service, everywhere."""
    statement = insert(release).values(model_id=model_id, released_by=released_by).returning(release.c.id)
    return int((await connection.execute(statement)).scalar_one())


async def get_release(connection: AsyncConnection) -> Release | None:
    """Return which model serves, or None when none was ever released."""
    found = await list_releases(connection, limit=1)
    return found[0] if found else None


async def list_releases(connection: AsyncConnection, *, limit: int = 20) -> list[Release]:
    """Return releases, newest first."""
    statement = select(release, model.c.digest).join(model, model.c.id == release.c.model_id)
    rows = await connection.execute(statement.order_by(release.c.id.desc()).limit(limit))
    return [
        Release(
            id=row.id,
            model_id=row.model_id,
            digest=row.digest,
            released_at=row.released_at,
            released_by=row.released_by,
        )
        for row in rows
    ]


def _to_model(row: AnyRow) -> Model:
    return Model(
        id=row.id,
        digest=row.digest,
        data_digest=row.data_digest,
        created_at=row.created_at,
        created_by=row.created_by,
        size=row.size,
        metrics=row.metrics,
    )
