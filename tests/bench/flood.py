"""What a flood of duplicates and rubbish costs the people who write meanwhile.

    python -m tests.bench.flood
    python -m tests.bench.flood --rate 2000 --seconds 20 --json OUT

People write by WhatsApp, to a Cloud API on loopback, and their answers are timed from the webhook to the call
that brings the answer. They do so in turns while nothing else comes, and while another process posts
`--rate` webhooks a second to the same address: what was taken already, once more; bodies whose signature
is wrong; signed ones without anything for us in them; signed ones that are no JSON; and bodies of a hundred
kilobytes from nowhere. The difference between the two is what the flood costs; the machine's moods meet both.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from rich.console import Console
from rich.table import Table

from tests.bench.flooding import Flooded, Post, flood
from tests.bench.service import running_service
from tests.fakes.service import ROOT
from tests.fakes.whatsapp import FakeWhatsapp, run_fake_whatsapp

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

QUESTIONS = ("what are your opening hours?", "do you ship to Norway?", "how long is the warranty?")
GOAL = 50.0  # ms at p99
KNOWN = 200  # messages that are told again and again
PATH = "/webhooks/whatsapp/main"


@dataclass(slots=True)
class Delays:
    """Seconds from a webhook to its answer; and how many were never answered."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    def percentile(self, share: float) -> float:
        """Return the delay, in ms, that `share` of the messages stayed within."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Delays in ms without and with the flood, and how the flood itself was answered, by status."""

    rate: float
    posted_per_second: float
    messages: int
    quiet_p50: float
    quiet_p99: float
    flooded_p50: float
    flooded_p99: float
    lost: int
    answered_twice: int
    statuses: dict[str, int]

    @property
    def cost(self) -> float:
        """By how much the flood delays at p99, in ms."""
        return self.flooded_p99 - self.quiet_p99


class Writers:
    """People who write, each once, and wait for the answer."""

    def __init__(self, session: aiohttp.ClientSession, fake: FakeWhatsapp, url: str) -> None:
        self._session, self._fake, self._url = session, fake, f"{url}{PATH}"
        self._numbers, self._questions = itertools.count(1), itertools.cycle(QUESTIONS)
        self.bodies: list[bytes] = []

    async def write(self, delays: Delays) -> None:
        """Write one message, and book how long its answer took."""
        phone = f"1650{next(self._numbers):07d}"
        body = self._fake.make_body([self._fake.say(phone, next(self._questions))])
        self.bodies.append(body)
        begun = time.perf_counter()
        async with self._session.post(self._url, data=body, headers=self._fake.sign(body)) as response:
            if response.status != 200:
                delays.lost += 1
                return
        try:
            await self._fake.until(lambda: any(sent.to == phone for sent in reversed(self._fake.sent)))
        except TimeoutError:
            delays.lost += 1
        else:
            delays.seconds.append(time.perf_counter() - begun)

    async def write_on(self, delays: Delays, *, rate: float, seconds: float) -> None:
        """Let so many people write a second, whether or not the earlier ones are answered yet."""
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
                group.create_task(self.write(delays))


def make_posts(fake: FakeWhatsapp, known: list[bytes]) -> list[Post]:
    """Return what the flood is made of, half of it known already."""
    strange = json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{}]}]}
    ).encode()
    broken, large = b'{"object": "whatsapp_business_account", "entry": [', b"x" * 100_000
    wrong = {"X-Hub-Signature-256": f"sha256={'0' * 64}", "Content-Type": "application/json"}
    told = [Post(body=body, headers=fake.sign(body)) for body in known]
    rubbish = [
        Post(body=known[0], headers=wrong),
        Post(body=known[0], headers={"Content-Type": "application/json"}),
        Post(body=strange, headers=fake.sign(strange)),
        Post(body=broken, headers=fake.sign(broken)),
    ]
    few = [Post(body=large, headers=wrong)]
    mixed = [post for pair in zip(told, itertools.cycle(rubbish), strict=False) for post in pair]
    return [each for start in range(0, len(mixed), 50) for each in (*mixed[start : start + 50], *few)]


async def measure(options: argparse.Namespace, fake: FakeWhatsapp, url: str) -> Figures:
    """Let people write in turns without and with a flood."""
    quiet, flooded, told = Delays(), Delays(), []
    async with aiohttp.ClientSession() as session:
        people = Writers(session, fake, url)
        await people.write_on(Delays(), rate=20, seconds=KNOWN / 20)  # warms, and is told again later
        posts = make_posts(fake, people.bodies[:KNOWN])
        for _ in range(options.rounds):
            await people.write_on(quiet, rate=options.writers, seconds=options.seconds)
            told.append(await write_in_a_flood(people, flooded, options, url, posts))
    statuses: dict[str, int] = {}
    for each in told:
        for status, number in each.statuses.items():
            statuses[str(status)] = statuses.get(str(status), 0) + number
    recipients = [sent.to for sent in fake.sent]
    return Figures(
        rate=options.rate,
        posted_per_second=sum(each.rate for each in told) / len(told),
        messages=len(flooded.seconds),
        quiet_p50=quiet.percentile(0.5),
        quiet_p99=quiet.percentile(0.99),
        flooded_p50=flooded.percentile(0.5),
        flooded_p99=flooded.percentile(0.99),
        lost=quiet.lost + flooded.lost,
        answered_twice=len(recipients) - len(set(recipients)),
        statuses=statuses,
    )


async def write_in_a_flood(
    people: Writers, delays: Delays, options: argparse.Namespace, url: str, posts: list[Post]
) -> Flooded:
    """Let people write while another process floods the same address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    seconds = options.seconds + 1
    process = context.Process(target=flood_from_outside, args=(theirs, url, posts, options.rate, seconds))
    process.start()
    try:
        await asyncio.to_thread(ours.recv)  # it is about to begin
        await asyncio.sleep(0.5)
        await people.write_on(delays, rate=options.writers, seconds=options.seconds)
        told: Flooded = await asyncio.to_thread(ours.recv)
    finally:
        await asyncio.to_thread(process.join, 30)
    return told


def flood_from_outside(pipe: Connection, url: str, posts: list[Post], rate: float, seconds: float) -> None:
    """Flood, in a process of its own."""
    pipe.send("ready")
    pipe.send(asyncio.run(flood(url, PATH, posts, rate=rate, seconds=seconds)))


def make_project(folder: Path, fake: FakeWhatsapp) -> None:
    """Make the demo brand's project with an account of WhatsApp in place of its channels."""
    for name in ("nlu_data", "actions"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "domain.yml", folder)
    before, _, after = (ROOT / "config.yml").read_text().partition("\nchannels:\n")
    _, _, desk = after.partition("\ndesk:\n")
    options = "".join(f"        {name}: {json.dumps(value)}\n" for name, value in fake.options.items())
    channels = f"channels:\n  whatsapp:\n    accounts:\n      main:\n{options}"
    (folder / "config.yml").write_text(f"{before}\n{channels}\ndesk:\n{desk}")


async def run(options: argparse.Namespace) -> Figures:
    """Start the platform and the service, and measure."""
    async with run_fake_whatsapp() as fake:
        with tempfile.TemporaryDirectory(prefix="visavis-flood-") as name:
            make_project(Path(name), fake)
            started = running_service(Path(name))
            service = await asyncio.to_thread(started.__enter__)
            try:
                return await measure(options, fake, service.url)
            finally:
                await asyncio.to_thread(started.__exit__, None, None, None)


def show(figures: Figures) -> None:
    """Print the table."""
    table = Table(
        title=f"{figures.posted_per_second:.0f} webhooks/s of duplicates and rubbish, generator included"
    )
    for heading in ("delay of a good message", "quiet", "in the flood", "goal"):
        table.add_column(heading)
    table.add_row("p50", f"{figures.quiet_p50:.0f} ms", f"{figures.flooded_p50:.0f} ms", "")
    table.add_row(
        "p99", f"{figures.quiet_p99:.0f} ms", f"{figures.flooded_p99:.0f} ms", f"≤ {GOAL:.0f} ms more"
    )
    console = Console()
    console.print(table)
    console.print(
        f"{figures.messages} messages in the flood; {figures.lost} lost, {figures.answered_twice} twice. "
        f"The flood was answered with {figures.statuses}."
    )


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=1000, help="webhooks a second of the flood")
    parser.add_argument("--writers", type=float, default=20, help="good messages a second")
    parser.add_argument("--seconds", type=float, default=10, help="how long each part of a round lasts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=Path("tests/bench/results/flood.json"))
    return parser.parse_args()


def main() -> int:
    """Measure, print, write JSON."""
    options = parse_arguments()
    figures = asyncio.run(run(options))
    show(figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return 1 if figures.lost or figures.answered_twice else 0


if __name__ == "__main__":
    sys.exit(main())
