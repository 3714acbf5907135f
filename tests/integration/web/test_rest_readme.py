"""What connectors/rest/README.md tells callers to type does what it says there."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.service.road import Road
from tests.fakes.whole_app import WEBHOOK_SECRET, whole_service

ROOT = Path(__file__).parents[3]
README = (ROOT / "connectors/rest/README.md").read_text()
OPEN, SIGNED = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


async def run(script: str, url: str, **environment: str) -> Any:
    """Run an example against the service at `url`, whose signed account has another name."""
    here = script.replace("http://127.0.0.1:8080", url).replace("/rest/shop", "/rest/signed")
    process = await asyncio.create_subprocess_exec(
        *("bash", "-ec", here), env={"PATH": "/usr/bin:/bin", **environment}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(said)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples use curl")
async def test_examples_do_what_they_say(road: Road) -> None:
    async with whole_service(road, ROOT) as (url, _):
        assert await run(OPEN, url) == [{"recipient_id": "ann", "text": "1: hello"}]
        assert await run(SIGNED, url, REST_SECRET=WEBHOOK_SECRET) == {"status": "ok"}
        refused = await run(SIGNED, url, REST_SECRET=WEBHOOK_SECRET[:-4] + "AAAA")
        assert refused["code"] == "bad_signature"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples use curl")
async def test_message_whose_answer_nobody_would_hear_is_refused(road: Road) -> None:
    """The account's own address does not tell the answer, and an account without a call-back never does."""
    by_account = OPEN.replace("/rest/webhook", "/rest/open")
    async with whole_service(road, ROOT) as (url, _):
        refused = await run(by_account, url)
        assert (refused["code"], "calls nobody back" in refused["message"]) == ("bad_payload", True)
        assert await run(OPEN, url) == [{"recipient_id": "ann", "text": "1: hello"}]
