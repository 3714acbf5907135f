from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bot.domain.staff import Role, Staff
from bot.service.add_staff import add_staff
from bot.service.curriculum import Curriculum
from bot.service.road import Road
from bot.storage import models
from tests.integration.trainer.browser import PASSWORD, Browser, logged_in
from tests.integration.trainer.conftest import make_proposal
from tests.integration.trainer.project import FILES, STRANGE, read_files

if TYPE_CHECKING:
    from bot.domain.json import JsonObject


async def test_a_sentence_is_shown_with_its_neighbours_decided_and_undone(
    road: Road, address: str, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, f"<b>{STRANGE}</b>")
    async with logged_in(address, tess) as browser:
        page = await browser.get("/trainer")
        assert "&lt;b&gt;any sign of the brown van people&lt;/b&gt;" in page
        assert "I will look into it." in page
        assert "A person had to answer this." in page
        assert "Track order" in page
        status, answer = await browser.act(f"/trainer/p/{proposal.id}/teach", intent="track_order")
        assert status == 200
        assert "Added to nlu_data/nlu/orders.yml as an example of “Track order”." in answer
        assert "Nothing waits for you" in answer
        assert STRANGE in read_files(curriculum.root)["nlu_data/nlu/orders.yml"]
        assert "Taught" in await browser.get("/trainer/list?status=labelled")
        status, answer = await browser.act(f"/trainer/p/{proposal.id}/undo")
        assert (status, "What does the customer mean?" in answer) == (200, True)
        assert read_files(curriculum.root) == FILES


async def test_who_was_too_late_is_told_and_gets_the_next_sentence(
    road: Road, address: str, tess: Staff, tom: Staff
) -> None:
    late = await make_proposal(road, tess, STRANGE)
    await make_proposal(road, tess, "is there a discount")
    async with logged_in(address, tess) as one, logged_in(address, tom) as other:
        assert (await one.act(f"/trainer/p/{late.id}/none"))[0] == 200
        status, answer = await other.act(f"/trainer/p/{late.id}/teach", intent="greet")
        assert status == 409
        assert "Not done: Tess was faster" in answer
        assert "is there a discount" in answer


async def test_a_broken_project_is_named_over_the_sentence(
    road: Road, address: str, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    async with logged_in(address, tess) as browser:
        (curriculum.root / "nlu_data/nlu/talk.yml").write_text("nlu: [")
        assert "nlu_data/nlu/talk.yml:1" in await browser.get("/trainer")
        status, answer = await browser.act(f"/trainer/p/{proposal.id}/teach", intent="greet")
        assert (status, STRANGE in answer, "nlu_data/nlu/talk.yml:1" in answer) == (409, True, True)


@pytest.mark.timeout(600)  # it trains twice
async def test_training_and_release_from_the_page(road: Road, address: str, tess: Staff) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    async with logged_in(address, tess) as browser:
        assert "No model is in service yet." in await browser.get("/trainer/models")
        first = await _train_and_release(browser)
        assert "The first model: " in first
        assert "knows every example" in await browser.get("/trainer/training")
        await browser.act(f"/trainer/p/{proposal.id}/teach", intent="track_order")
        assert "1 example is new" in await browser.get("/trainer/training")
        await browser.act("/trainer/train")
        await _trained(browser)
        page = await browser.get("/trainer/models")
        assert re.search(r"(Better|About as good): \d+ of 18 held-out sentences right, was \d+", page)
        assert "1 sentence is new" in page
        status, page = await browser.act(f"/trainer/models/{_model_of(page)}/release")
        assert (status, "Take back" in page) == (200, True)
        assert page.count("In service since") == 2


async def test_a_model_says_what_is_wrong_with_its_examples(road: Road, address: str, tess: Staff) -> None:
    advice: JsonObject = {
        "where": "nlu_data/nlu/orders.yml:31",
        "says": '"<b>late</b>" stands under `greet`.',
        "proposal": "Move it to `track_order`.",
    }
    sentence = "18 examples, 3 intents: 4 things worth a look."
    health: JsonObject = {"sentence": sentence, "found": 4, "worst": [advice]}
    async with road.database.begin() as connection:
        await models.add_model(
            connection, b"x", digest="d", data_digest="e", metrics={"health": health}, created_by="Tess"
        )
    async with logged_in(address, tess) as browser:
        page = await browser.get("/trainer/models")
    assert "4 things to look at in its examples" in page
    assert "Move it to <code>track_order</code>." in page
    assert "nlu_data/nlu/orders.yml:31" in page
    assert "&lt;b&gt;late&lt;/b&gt;" in page
    assert "and 3 more" in page


async def _train_and_release(browser: Browser) -> str:
    assert (await browser.act("/trainer/train"))[0] == 200
    await _trained(browser)
    page = await browser.get("/trainer/models")
    assert (await browser.act(f"/trainer/models/{_model_of(page)}/release"))[0] == 200
    return page


async def _trained(browser: Browser) -> None:
    async with asyncio.timeout(240):  # the training is nice: who is busy beside it comes first
        while 'data-state="done"' not in await browser.get("/trainer/training"):  # noqa: ASYNC110 - a page is asked
            await asyncio.sleep(0.2)


def _model_of(page: str) -> str:
    found = re.search(r'data-shown="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/trainer", "/trainer/list", "/trainer/models", "/trainer/training"])
async def test_the_pages_are_for_trainers(road: Road, address: str, path: str) -> None:
    agent = await add_staff(road, email="ann@lyra.example", name="Ann", password=PASSWORD, roles={Role.AGENT})
    async with logged_in(address, agent) as browser, browser.http.get(path) as response:
        assert response.status == 403
        assert "role trainer" in await response.text()


async def test_nothing_is_done_without_the_pages_token(
    road: Road, address: str, curriculum: Curriculum, tess: Staff
) -> None:
    proposal = await make_proposal(road, tess, STRANGE)
    async with logged_in(address, tess) as browser:
        browser.csrf = "wrong"
        for path in (
            f"p/{proposal.id}/teach",
            f"p/{proposal.id}/undo",
            "train",
            "train/stop",
            "models/1/release",
        ):
            assert (await browser.act(f"/trainer/{path}", intent="greet"))[0] == 403
    assert read_files(curriculum.root) == FILES
