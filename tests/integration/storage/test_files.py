"""Customers' files in a folder and in a bucket: the same promises."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import MediaGone, StorageUnavailable
from bot.storage.files import FileStore
from tests.fakes.serving import serve

BUCKET = "/lyra"


class FakeS3:
    """A bucket as S3's REST API has it: signed requests, objects by key, deletions in bulk."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken = False

    async def take(self, request: web.Request) -> web.Response:
        """Answer one request."""
        if self.broken or "Credential=AKID/" not in request.headers.get("Authorization", ""):
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        if request.method == "POST" and "delete" in request.query:
            keys = re.findall(r"<Key>(.*?)</Key>", (await request.read()).decode())
            for key in keys:
                self.objects.pop(f"{BUCKET}/{key}", None)
            told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return web.Response(text=f"<DeleteResult>{told}</DeleteResult>", content_type="application/xml")
        if request.method == "PUT":
            self.objects[request.path] = await request.read()
            return web.Response(headers={"ETag": '"1"'})
        if request.path not in self.objects:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        dated = {"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 01:00:00 GMT"}
        return web.Response(body=self.objects[request.path], headers=dated)


@asynccontextmanager
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeS3]:
    fake = FakeS3()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", fake.take)
    async with serve(app) as (address, _):
        for name, value in {
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture(params=["folder", "bucket"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FileStore]:
    if request.param == "folder":
        yield FileStore(tmp_path / "media")
        return
    async with bucket(monkeypatch):
        yield FileStore(f"s3:/{BUCKET}/media")


async def test_file_is_given_back_until_it_is_deleted(store: FileStore) -> None:
    await store.put("7/0-abc", b"a picture")
    await store.put("7/0-abc", b"a picture")
    assert await store.get("7/0-abc") == b"a picture"
    await store.delete(["7/0-abc", "7/1-never"])
    with pytest.raises(MediaGone):
        await store.get("7/0-abc")


async def test_store_that_refuses_says_so_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bucket(monkeypatch) as fake:
        store = FileStore(f"s3:/{BUCKET}/media")
        fake.broken = True
        with pytest.raises(StorageUnavailable) as refused:
            await store.put("7/0-abc", b"a picture")
    assert "AKID" not in str(refused.value)


async def test_place_that_is_none_says_so() -> None:
    with pytest.raises(StorageUnavailable):
        await FileStore("gopher://x").put("7/0-abc", b"a picture")


async def test_files_of_one_folder_are_listed(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "media")
    assert await store.list_keys("7/") == []
    await store.put("7/0-abc", b"a picture")
    await store.put("8/0-abc", b"another")
    assert await store.list_keys("7/") == ["7/0-abc"]
    assert await store.list_keys("9/") == []


def test_looking_for_old_files_where_none_ever_were_loads_no_library(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.service.uploads import drop_unsent
from bot.storage.files import FileStore
assert asyncio.run(drop_unsent(FileStore(Path({str(tmp_path)!r})), now=datetime.now(UTC))) == 0
print("obstore" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
