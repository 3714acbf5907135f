"""Whose session is over comes back, after the login, to the page they were on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from yarl import URL

from tests.fakes.desk_service import make_desk_app
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from bot.service.road import Road


@pytest.mark.parametrize(
    ("shown", "login"),
    [
        (
            "https://desk.example/desk/c/7?view=mine#row-7",
            URL("/login").with_query(next="/desk/c/7?view=mine"),
        ),
        ("https://desk.example/", URL("/login")),
        ("http://[", URL("/login")),
        (None, URL("/login")),
    ],
)
async def test_a_part_of_a_page_is_refused_with_the_way_back_to_it(
    road: Road, shown: str | None, login: URL
) -> None:
    headers = {"HX-Request": "true"} | ({"HX-Current-URL": shown} if shown else {})
    async with (
        serve(make_desk_app(road)) as (address, _),
        aiohttp.ClientSession(address) as http,
        http.get("/desk/c/8?view=mine", headers=headers, allow_redirects=False) as response,
    ):
        assert response.status == 401
        assert URL(response.headers["HX-Redirect"]) == login
