"""Calls about models and engines: what is released by name, and what is done otherwise here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engines.serving import ServingEngine
from bot.nlu.archive import pack_archive, read_archive
from bot.storage import models
from tests.fakes.engine import PlainEngine

if TYPE_CHECKING:
    from tests.contracts.rasa_api.conftest import Api


async def test_engine_that_cannot_be_steered_says_so(api: Api) -> None:
    class Plain:
        """An engine that answers, and no more."""

        respond, parse, close = PlainEngine.respond, PlainEngine.parse, PlainEngine.close

    serving = api.serving
    assert isinstance(serving, ServingEngine)
    await serving.switch(Plain(), digest="plain")
    for method, path in (("GET", "/conversations/a/tracker"), ("GET", "/domain")):
        answer = await api.ask(method, path)
        assert (answer.status, answer.body["reason"]) == (501, "NotImplemented")
    body = {"sender": "a", "message": "hi"}
    assert (await api.post("/webhooks/rest/webhook", body)).status == 200


NOT_OFFERED = (
    ("POST", "/model/train"),
    ("DELETE", "/model"),
    ("POST", "/model/test/stories"),
    ("POST", "/model/test/intents"),
    ("POST", "/model/parse?emulation_mode=wit"),
)


async def test_what_is_not_offered_is_told_with_what_to_do(api: Api) -> None:
    for method, path in NOT_OFFERED:
        answer = await api.ask(method, path, {"text": "hi"})
        assert (answer.status, answer.body["code"], answer.body["status"]) == (501, 501, "failure"), path
        assert len(answer.body["message"]) > 40, path


async def test_model_is_released_by_its_name(api: Api) -> None:
    content = pack_archive(files={"nlu/x": b"x"}, metadata={"data_digest": ""})
    digest = read_archive(content).digest
    async with api.road.database.begin() as connection:
        await models.add_model(connection, content, digest=digest, data_digest="", metrics={}, created_by="x")
    for name, status in (
        (f"models/{digest[:12]}.tar.gz", 204),
        (digest, 204),
        ("0" * 12, 404),
        ("latest", 400),
        (5, 400),
        (None, 501),
    ):
        assert (await api.ask("PUT", "/model", {"model_file": name})).status == status, name
    assert await api.rows("SELECT released_by FROM release") == [("HTTP API",)]
