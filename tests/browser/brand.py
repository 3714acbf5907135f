"""The demo brand as a user serves it: the real command, on a copy of the project, with customers who wait."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bot.rasa_format.project import load_project
from tests.bench.service import running_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REPOSITORY = Path(__file__).parents[2]
# `models` spares a first training, where the newest of it was trained on exactly these files.
PROJECT = ("actions", "nlu_data", "models", "config.yml", "domain.yml")
NAMES = [
    "Nora",
    "Ben",
    "Aisha",
    "Olaf",
    "Priya",
    "Tomás",
    "Wanjiru",
    "Chen",
    "Ilse",
    "Marek",
    "Fatima",
    "João",
    "Siobhán",
    "Dmitri",
    "Yuki",
]
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What somebody types into the login page."""

    email: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """The brand in service. `project` is its own copy of the files, which trainers may change."""

    url: str
    data: Path
    project: Path

    def read_first_login(self) -> Login:
        """Return the login that the service made for this machine."""
        email, password = (self.data / "first-login.txt").read_text().split()
        return Login(email=email, password=password)

    def add_staff(self, name: str, *roles: str) -> Login:
        """Let somebody in, with the command an admin uses."""
        login = Login(email=f"{name.split(maxsplit=1)[0].lower()}@lyra.example", password=PASSWORD)
        said = [f"--role={role}" for role in roles]
        command = [sys.executable, "-m", "bot", "staff", "add", login.email, "--name", name, *said]
        # The tests' own environment is the command's, but for where the service's data lies.
        environment = {**os.environ, "VISAVIS_DATA": str(self.data), "VISAVIS_PROJECT": str(self.project)}  # noqa: TID251
        subprocess.run(
            [*command, "--password-stdin"],
            input=f"{login.password}\n".encode(),
            env=environment,
            check=True,
            capture_output=True,
        )
        return login

    def write(self, sender: str, *texts: str) -> list[str]:
        """Write as a customer of an app of the brand; returns the texts that were answered to all of it."""
        answers: list[str] = []
        for text in texts:
            body = json.dumps({"sender": sender, "message": text, "metadata": {"name": sender}})
            request = urllib.request.Request(f"{self.url}/webhooks/rest/webhook", body.encode())  # noqa: S310 - our own address
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own address
                answers += [item["text"] for item in json.load(response) if "text" in item]
        return answers


@contextmanager
def serving_brand(folder: Path, model: Path | None = None) -> Iterator[Brand]:
    """Serve a copy of the demo brand, made in `folder`; with its `model` the first start need not train."""
    for name in PROJECT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    if model is not None:
        (folder / "models").mkdir(exist_ok=True)
        shutil.copy2(model, folder / "models")
    with running_service(folder) as service:
        yield Brand(url=service.url, data=service.data, project=folder)


def fill_queue(brand: Brand, *, customers: int, seed: int = 4) -> None:
    """Let customers ask something and then need a person, in words the brand's own examples have."""
    examples, random = load_examples(brand.project), Random(seed)  # noqa: S311 - the same crowd each time
    asked = [name for name in examples if name.startswith("ask_") and name != "ask_for_person"]
    complaints = [name for name in examples if name.startswith("complaint_")]
    for number in range(customers):
        sender = f"{NAMES[number % len(NAMES)]} {chr(ord('A') + number % 26)}."
        wants = random.choice([*complaints, "ask_for_person"])
        brand.write(sender, random.choice(examples[random.choice(asked)]), random.choice(examples[wants]))
        if number % 4 == 0:
            brand.write(sender, random.choice(("hello?", "anyone there??", "still waiting…", "???")))


def load_examples(project: Path) -> Mapping[str, Sequence[str]]:
    """Return the texts of each intent."""
    texts: dict[str, list[str]] = {}
    for example in load_project(project, {}).training.examples:
        texts.setdefault(example.intent, []).append(example.text)
    return texts
