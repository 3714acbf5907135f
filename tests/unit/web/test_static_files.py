from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.errors import SettingsError
from bot.web.static_files import STATIC_FILES, add_static_routes, load_static_files

CSS = b"body { color: black }" * 50


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps({"desk.css": "desk-AAAA.css"}))
    (tmp_path / "desk-AAAA.css").write_bytes(CSS)
    return tmp_path


@pytest.fixture
def app(root: Path) -> web.Application:
    app = web.Application()
    app[STATIC_FILES] = load_static_files(root)
    add_static_routes(app)
    return app


def test_an_asset_is_found_by_its_source_name(root: Path) -> None:
    assert load_static_files(root).url("desk.css") == "/static/desk-AAAA.css"


def test_an_unbuilt_asset_says_what_to_run(root: Path) -> None:
    with pytest.raises(SettingsError, match="make assets"):
        load_static_files(root).url("trainer.css")


def test_nothing_built_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make assets"):
        load_static_files(tmp_path)


async def test_an_asset_is_served_zipped_for_ever_and_not_sent_twice(app: web.Application) -> None:
    async with TestServer(app) as server, ClientSession(auto_decompress=False) as client:
        url = server.make_url("/static/desk-AAAA.css")
        async with client.get(url, headers={"Accept-Encoding": "gzip"}) as response:
            assert response.headers["Content-Type"] == "text/css; charset=utf-8"
            assert "immutable" in response.headers["Cache-Control"]
            assert gzip.decompress(await response.read()) == CSS
            etag = response.headers["ETag"]
        async with client.get(url, headers={"If-None-Match": etag}) as response:
            assert response.status == 304
            assert await response.read() == b""
        async with client.get(url, headers={"Accept-Encoding": "identity"}) as response:
            assert await response.read() == CSS


@pytest.mark.parametrize("name", ["manifest.json", "desk-BBBB.css", "..%2Fstatic_files.py"])
async def test_what_was_not_built_is_not_served(app: web.Application, name: str) -> None:
    async with (
        TestServer(app) as server,
        ClientSession() as client,
        client.get(f"{server.make_url('/static/')}{name}") as response,
    ):
        assert response.status == 404
