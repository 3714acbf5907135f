"""Asks real Rasa 3.6.21 all of `calls.py` and writes down what it answers: `recording.json`.

Run it with Rasa's own Python, which need not see this package: `python record.py [FILE]`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PATIENCE = 300  # seconds for Rasa to train, and to start


def main() -> None:
    """Record."""
    sys.path.insert(0, str(HERE))
    from calls import CALLS  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(HERE / "project", project)  # Rasa writes into what it trains on
        (project / "credentials.yml").write_text("rest:\n")
        environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONHASHSEED": "0"}  # noqa: TID251 - a child's
        rasa = (sys.executable, "-m", "rasa")
        subprocess.run([*rasa, "train", "--data", "nlu_data"], cwd=project, env=environment, check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [*rasa, "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, cwd=project, env=environment)
        try:
            wait(f"http://127.0.0.1:{port}/")
            said = {each.name: ask(f"http://127.0.0.1:{port}", each) for each in CALLS}
        finally:
            server.terminate()
            server.wait(PATIENCE)
    text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)
    out = Path(sys.argv[1]) if sys.argv[1:] else HERE / "recording.json"
    out.write_text(text + "\n")


def wait(url: str) -> None:
    """Return when Rasa serves."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(url)


def ask(url: str, call: Any) -> dict[str, Any]:
    """Return what is answered: status, kind of content, and the body, as JSON where it is."""
    body = None if call.body is None else json.dumps(call.body).encode()
    headers = {"Content-Type": "application/json", **call.headers}
    request = urllib.request.Request(url + call.path, body, headers, method=call.method)  # noqa: S310 - the same
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310 - the same
            return read(response.status, response.headers.get_content_type(), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return read(error.code, error.headers.get_content_type(), error.read())


def read(status: int, kind: str, body: bytes) -> dict[str, Any]:
    """Return an answer as it is kept; of a refusal the beginning: some repeat a whole schema."""
    text = body.decode()
    told = json.loads(text) if kind.endswith("json") else text
    if isinstance(told, dict) and isinstance(told.get("message"), str):
        told["message"] = told["message"][:200]
    return {"status": status, "type": kind, "body": told}


if __name__ == "__main__":
    main()
