"""One process of real Rasa for all tests here; projects are trained in it when first asked for."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from tests.rasa.generated import write_project
from tests.rasa.native import NativeProject
from tests.rasa.oracle import Oracle, find_python, need_python
from tests.rasa.projects import Prepared, prepare, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MADE_UP = "generated_"
WALKED = "walked"  # a property of a test's report: what is to be said at the end


class Compared:
    """A project in both: trained there, compiled here. `tables` are what Rasa's policies learnt."""

    def __init__(self, prepared: Prepared, tables: dict[str, Any]) -> None:
        """Hold them."""
        self.prepared, self.tables = prepared, tables
        self.native = NativeProject(prepared)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add how much is compared."""
    parser.addoption("--walks", type=int, default=150, help="random walks of each project")
    parser.addoption("--turns", type=int, default=16, help="turns of a walk")
    parser.addoption("--seed", type=int, default=0, help="the first walk's seed")
    parser.addoption("--generated", type=int, default=4, help="projects made up by chance")
    parser.addoption("--bot", action="append", help="compare only the projects of this name")
    parser.addoption("--all-edits", action="store_true", help="ask real Rasa anew about all broken projects")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for a project with all of them."""
    if "project" in metafunc.fixturenames:
        python = find_python()
        wanted = metafunc.config.getoption("--bot")
        made_up = (f"{MADE_UP}{seed}" for seed in range(metafunc.config.getoption("--generated")))
        names = (*sources(python), *made_up) if python else ()
        chosen = [name for name in names if not wanted or name in wanted]
        # Side by side, what is asked about one project is asked where it is trained.
        marked = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in chosen]
        metafunc.parametrize("project", marked, indirect=True)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the other tests of a file together, side by side: they share what the file sets up."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was compared, and what of each project was reached."""
    lines = [
        said
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, said in report.user_properties
        if name == WALKED
    ]
    if lines:
        terminalreporter.section("walked in both")
        for line in sorted(lines):
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    """Log nothing: actions that fail are part of the game, and pictures of their failures take seconds."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("rasa_sdk").setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """Real Rasa."""
    python = need_python()
    with Oracle(python, tmp_path_factory.mktemp("rasa") / "rasa.log") as started:
        yield started


@pytest.fixture(scope="session")
def compare(oracle: Oracle, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Compared]:
    """Make a project ready in both, once."""
    place = tmp_path_factory.mktemp("projects")
    known = sources(oracle.python)

    @cache
    def make(name: str) -> Compared:
        if name.startswith(MADE_UP):
            known[name] = place / "made up" / name
            write_project(known[name], int(name.removeprefix(MADE_UP)))
        prepared = prepare(name, known[name], place / name)
        return Compared(prepared, oracle.train(prepared))

    return make


@pytest.fixture
def project(compare: Callable[[str], Compared], request: pytest.FixtureRequest) -> Compared:
    """One of the projects."""
    return compare(request.param)
