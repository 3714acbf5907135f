"""From a press at the desk to a line in the project, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.engines.serving import ServingEngine
from bot.errors import SettingsError
from bot.service.curriculum import Curriculum
from bot.service.train import Classroom, Trainer
from bot.web.keys import CURRICULUM, ENGINE, SERVING, TRAINER
from bot.web.static_files import load_static_files
from bot.web.trainer import add_trainer_routes
from bot.web.trainer_training import add_training_routes
from bot.web.trainer_triage import add_trainer_triage_routes
from tests.browser.conftest import DESKTOP, SCREENSHOTS
from tests.browser.desk_road import log_in, open_row
from tests.fakes.desk_service import make_desk_app
from tests.fakes.judging_engine import hear
from tests.fakes.serving import serve
from tests.integration.trainer.project import write_project

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser

    from bot.service.road import Road

pytestmark = pytest.mark.browser


@pytest.fixture
async def staff_pages(road: Road, tmp_path: Path) -> AsyncIterator[str]:
    """Desk and trainer over a small project."""
    try:
        app = make_desk_app(road, load_static_files())
    except SettingsError as error:
        pytest.skip(str(error))
    root = write_project(tmp_path)

    async def train(*_: object) -> None:
        """Nobody trains here."""

    app[CURRICULUM] = Curriculum(root)
    app[ENGINE] = app[SERVING] = ServingEngine()
    app[TRAINER] = Trainer(road, Classroom(root=root, environment={}, train=train))
    for add_routes in (add_trainer_routes, add_trainer_triage_routes, add_training_routes):
        add_routes(app)
    async with serve(app) as (url, _):
        yield url


async def test_a_correction_reaches_the_trainer_and_the_project(
    road: Road, chromium: Browser, staff_pages: str, tmp_path: Path
) -> None:
    conversation_id, message_id = await hear(road, "a person please, box 4711 0815 smokes")
    mara = await log_in(road, chromium, staff_pages, "Mara", DESKTOP)
    tess = await log_in(road, chromium, staff_pages, "Tess", DESKTOP)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE staff SET roles = '{trainer}' WHERE name = 'Tess'")
    await tess.goto(f"{staff_pages}/trainer/triage")
    await expect(tess.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    await open_row(mara, conversation_id)
    await mara.locator(f"#m-{message_id} .mark summary").click()
    await mara.get_by_role("button", name="Can wait").click()
    await expect(tess.get_by_text("Mara says: Can wait.")).to_be_visible()
    await expect(tess.get_by_label("Taught as")).to_have_value("a person please, box 0000 0000 smokes")
    await expect(tess.locator(".beside")).to_contain_text("box 0000 0000")
    await tess.screenshot(path=SCREENSHOTS / "trainer-triage.png")
    await tess.get_by_label("Unhappy").check()
    await tess.keyboard.press("1")
    await expect(tess.get_by_role("status")).to_contain_text("Added to nlu_data/triage.yml.")
    written = (tmp_path / "nlu_data" / "triage.yml").read_text()
    assert "  urgent: false\n  mood: unhappy\n" in written
    assert "    - a person please, box 0000 0000 smokes\n" in written
    await expect(mara.locator(f"#m-{message_id} .mark")).to_contain_text("taught to the bot")
    await tess.keyboard.press("u")
    await expect(tess.get_by_text("Mara says: Can wait.")).to_be_visible()


async def test_a_trainer_is_told_what_the_server_did_not_answer(
    road: Road, chromium: Browser, staff_pages: str
) -> None:
    page = await log_in(road, chromium, staff_pages, "Tess", DESKTOP)
    async with road.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE staff SET roles = '{trainer}' WHERE name = 'Tess'")
    await page.goto(f"{staff_pages}/trainer")
    await expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    train = page.locator("#training").get_by_role("button", name="Train")
    await page.context.set_offline(offline=True)
    await train.click()
    await expect(page.get_by_role("alert")).to_have_text(
        "Not done: the server does not answer. Try it again in a moment."
    )
    await page.context.set_offline(offline=False)
    await train.click()
    await expect(page.get_by_role("alert")).to_have_count(0)
