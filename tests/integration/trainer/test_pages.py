from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.domain.staff import Role, Staff
from bot.engines.serving import ServingEngine
from bot.nlu.progress import Progress
from bot.service.add_staff import add_staff
from bot.service.curriculum import Curriculum
from bot.service.road import Road
from bot.service.train import Classroom, Trainer
from bot.storage import models
from bot.web.keys import CURRICULUM, ENGINE, PUBLIC_URL, ROAD, SERVING, SIGNING_KEY, TRAINER
from bot.web.login import add_login_routes
from bot.web.render import TEMPLATES, make_templates
from bot.web.trainer import add_trainer_routes
from bot.web.trainer_acts import add_trainer_act_routes
from bot.web.trainer_training import add_training_routes
from tests.fakes.serving import serve
from tests.integration.trainer.conftest import PASSWORD, Train, make_proposal
from tests.integration.trainer.project import FILES, STRANGE, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain.json import JsonObject


@pytest.fixture
async def address(road: Road, curriculum: Curriculum, train: Train) -> AsyncIterator[str]:
    """Where the trainer's pages are served, with training in this process."""

    async def train_here(out: Path, _report: Callable[[Progress], None]) -> None:
        await asyncio.to_thread(train, out)

    app = web.Application()
    app[ROAD], app[CURRICULUM], app[PUBLIC_URL] = road, curriculum, None
    app[SIGNING_KEY] = b"a key of the tests, long enough."
    app[ENGINE] = app[SERVING] = ServingEngine()
    app[TRAINER] = Trainer(road, Classroom(root=curriculum.root, environment={}, train=train_here))
    app[TEMPLATES] = make_templates("/static/{}".format)
    for add_routes in (add_login_routes, add_trainer_routes, add_trainer_act_routes, add_training_routes):
        add_routes(app)
    async with serve(app) as (url, _site):
        yield url


class Browser:
    """A logged-in browser. `act` posts as the page's script does, with the page's token."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http, self.csrf = http, ""

    async def get(self, path: str) -> str:
        async with self.http.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    async def act(self, path: str, **form: str) -> tuple[int, str]:
        headers = {"HX-Request": "true", "X-CSRF-Token": self.csrf}
        async with self.http.post(path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()


@asynccontextmanager
async def logged_in(address: str, staff: Staff) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
    async with aiohttp.ClientSession(URL(address), cookie_jar=jar) as http:
        browser = Browser(http)
        login = {"email": staff.email, "password": PASSWORD}
        async with http.post("/login?next=/trainer", data=login) as response:
            found = re.search(r'name="csrf" content="([^"]+)"', await response.text())
        browser.csrf = found[1] if found else ""
        yield browser


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
    async with asyncio.timeout(30):
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
