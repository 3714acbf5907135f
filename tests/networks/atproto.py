"""The AT Protocol's own programs, started for the tests: see `environments/atproto/network.js`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.networks.ports import find_free_ports

HERE = Path(__file__).parent / "environments" / "atproto"
NODE = Path(sys.executable).with_name("node")
PATIENCE = 120.0  # seconds until all programs answer
SECRET = "what the sessions of this network are signed with"
NAMES = ("plc", "pds", "bsky", "bsync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A running network: `url` is the server that keeps accounts, `chat` the port of a chat's server."""

    url: str
    chat: int
    process: subprocess.Popen[str]


def find_missing() -> str | None:
    """Say in words what is missing to run them, None where all is there."""
    if not (HERE / "node_modules" / "@atproto" / "dev-env").is_dir():
        return "the AT Protocol's programs are not installed (make test-networks does it)"
    return None if NODE.exists() else "there is no Node in this environment (make test-networks installs it)"


@contextmanager
def run_network(postgres: str) -> Iterator[Network]:
    """Start the programs over a PostgreSQL, and stop them at the end."""
    ports = dict(zip((*NAMES, "chat"), find_free_ports(len(NAMES) + 1), strict=True))
    folder = Path(tempfile.mkdtemp(prefix="visavis-atproto-"))
    asked = {**ports, "postgres": postgres, "secret": SECRET, "chat": f"http://127.0.0.1:{ports['chat']}"}
    try:
        with (folder / "output.log").open("w") as output:
            process = subprocess.Popen(
                [str(NODE), str(HERE / "network.js")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env={**os.environ, "TMPDIR": str(folder), "LOG_ENABLED": "false"},  # noqa: TID251 - a child's
            )
        try:
            yield Network(url=wait_for(process, asked, folder), chat=ports["chat"], process=process)
        finally:
            process.kill()
            process.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(process: subprocess.Popen[str], asked: dict[str, object], folder: Path) -> str:
    """Tell the programs what they need, and return where accounts are kept once all of them answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    impatient = threading.Timer(PATIENCE, process.kill)
    impatient.start()
    line = process.stdout.readline()
    impatient.cancel()
    if not line:
        raise RuntimeError((folder / "output.log").read_text())
    url: str = json.loads(line)["url"]
    return url
