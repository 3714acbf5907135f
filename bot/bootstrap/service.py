"""One process of the service, put together for its role."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.bootstrap.channel_signs import remember_hooks
from bot.bootstrap.connectors import Connectors, make_connectors, started_connectors
from bot.bootstrap.first_login import FirstLogin, ensure_first_login
from bot.bootstrap.first_model import ensure_model
from bot.bootstrap.listening import bound_socket, serving
from bot.bootstrap.private_files import get_signing_key
from bot.bootstrap.project import open_sound_project
from bot.bootstrap.road import make_road
from bot.bootstrap.serving import EngineBuilder, ReleaseFollower
from bot.bootstrap.stores import Stores, open_stores
from bot.bootstrap.training import train_in_child
from bot.engines.serving import ServingEngine
from bot.service.curriculum import Curriculum
from bot.service.erase_contact import run_erasures
from bot.service.keep_media import run_media
from bot.service.loops import run_clock, run_courier, run_worker
from bot.service.poll import run_poller
from bot.service.road import Road
from bot.service.sent_files import SentFiles
from bot.service.signs import run_signs
from bot.service.suggest_same_person import run_suggestions
from bot.service.train import Classroom, Trainer
from bot.settings import ServiceRole, get_environment
from bot.storage import leases
from bot.storage.files import FileStore
from bot.web.app import AppParts, make_app
from bot.web.ops import make_ops_app
from bot.web.static_files import load_static_files

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.connector import Connector
    from bot.rasa_format.project import Project
    from bot.settings import Settings

_ANSWERING = (ServiceRole.WEB, ServiceRole.WORKER)
"""Who has an engine: pages show what it understands, and Rasa's HTTP API asks it."""
_GOODBYES = 3.0  # seconds for what loops do after the last of their work
_OPS_PATIENCE = 1.0  # seconds for who asks how we are while we stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A process that runs. `loops` end only when cancelled or broken.

    `url` is None without pages; `ops_url` is where such a process tells how it is, if anywhere.
    """

    road: Road
    loops: frozenset[asyncio.Task[None]]
    url: str | None = None
    ops_url: str | None = None
    first_login: FirstLogin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What pages and loops stand on.

    `connectors` are the accounts that are on; without a `follower` nobody here answers.
    """

    settings: Settings
    role: ServiceRole
    project: Project
    road: Road
    engine: ServingEngine
    follower: ReleaseFollower | None
    connectors: Connectors
    files: FileStore


@asynccontextmanager
async def open_service(settings: Settings, role: ServiceRole) -> AsyncIterator[Service]:
    """Start everything a role needs, in an order in which mistakes show early; stop it in reverse.

    Raises `ProjectError`, `SettingsError`, `StorageError`, `BusUnavailable`, `EmbeddedServerError`,
    `ModelError`, `ActionError`: each a sentence for whoever starts it.
    """
    project = open_sound_project(settings)
    connectors = make_connectors(project)
    with_pages = role.includes(ServiceRole.WEB)
    place = settings if with_pages else _get_ops_place(settings)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(bound_socket(place)) if place else None
        base = await stack.enter_async_context(_opened(settings, role, project, connectors))
        loops = _choose_loops(base)
        tasks = await stack.enter_async_context(_running(loops, patience=base.road.patience))
        service = Service(road=base.road, loops=tasks)
        if place is None or listener is None:
            yield service
        elif with_pages:
            yield await stack.enter_async_context(_with_pages(service, base, listener))
        else:
            yield await stack.enter_async_context(_with_ops(service, base, listener, place))


@asynccontextmanager
async def _opened(
    settings: Settings, role: ServiceRole, project: Project, connectors: dict[tuple[str, str], Connector]
) -> AsyncIterator[_Base]:
    """Open what pages and loops stand on. A model is loaded in the background while stores open."""
    async with AsyncExitStack() as stack:
        builder = EngineBuilder(project, settings)
        answers = role.includes(*_ANSWERING)
        if answers:
            stack.callback(builder.close)
            builder.start_loading()
        stores = await stack.enter_async_context(open_stores(settings, join=role is not ServiceRole.ALL))
        if stores.embedded and role is ServiceRole.ALL:
            await _end_leases(stores)
        sent_files = _open_sent_files(settings)
        road = replace(make_road(settings, project, stores, connectors), sent_files=sent_files)
        stack.callback(_forget_hints, road)
        engine, follower = ServingEngine(), None
        stack.push_async_callback(engine.close)
        if answers:
            follower = ReleaseFollower(stores, engine, builder)
            await ensure_model(settings, project, stores, follower, may_train=role is ServiceRole.ALL)
        if role.includes(ServiceRole.WEB):
            await remember_hooks(road.database, settings, connectors)
        accepted = await stack.enter_async_context(started_connectors(connectors, settings, role))
        yield _Base(
            settings=settings,
            role=role,
            project=project,
            road=road,
            engine=engine,
            follower=follower,
            connectors=accepted,
            files=sent_files.store,
        )


@asynccontextmanager
async def _with_pages(service: Service, base: _Base, listener: socket.socket) -> AsyncIterator[Service]:
    settings = base.settings
    first_login = await ensure_first_login(base.road, settings.data)
    app = make_app(_make_parts(base))
    patience = max(base.road.patience.total_seconds(), settings.rest_wait_seconds)
    async with serving(app, listener, settings=settings, patience=patience) as url:
        yield replace(service, url=url, first_login=first_login)


@asynccontextmanager
async def _with_ops(
    service: Service, base: _Base, listener: socket.socket, place: Settings
) -> AsyncIterator[Service]:
    app = make_ops_app(base.road, base.engine if base.role.includes(*_ANSWERING) else None)
    async with serving(app, listener, settings=place, patience=_OPS_PATIENCE) as url:
        yield replace(service, ops_url=url)


def _open_sent_files(settings: Settings) -> SentFiles:
    """Return where files lie. Their addresses are signed where others can reach us, and nowhere else."""
    store = FileStore(settings.media or settings.data / "media")
    if settings.public_url is None:
        return SentFiles(store=store)
    key = get_signing_key(settings)
    return SentFiles(store=store, public_url=settings.public_url, signing_key=key)


async def _end_leases(stores: Stores) -> None:
    """Forget who held a lease: the database has just been started, and they died with the last one."""
    async with stores.database.direct() as connection:
        await leases.end_leases(connection)


def _get_ops_place(settings: Settings) -> Settings | None:
    """Return the settings to listen with where there are no pages; None where nobody asked for it."""
    if settings.ops_port is None:
        return None
    return settings.model_copy(update={"port": settings.ops_port, "public_url": None})


def _forget_hints(road: Road) -> None:
    """Drop hints that were to be given later: the sweep gives them."""
    for task in tuple(road.waking):
        task.cancel()


def _make_parts(base: _Base) -> AppParts:
    classroom = Classroom(root=base.project.root, environment=get_environment(), train=train_in_child)
    return AppParts(
        road=base.road,
        engine=base.engine,
        connectors=base.connectors,
        files=base.files,
        curriculum=Curriculum(base.project.root),
        trainer=Trainer(base.road, classroom),
        static_files=load_static_files(),
        signing_key=get_signing_key(base.settings),
        public_url=base.settings.public_url,
        auth_token=_reveal(base.settings.auth_token),
        jwt_key=_reveal(base.settings.jwt_secret),
        jwt_method=base.settings.jwt_method,
        cors_origins=frozenset(base.settings.cors_origins.replace(",", " ").split()),
        trusted_proxies=base.settings.trusted_proxies,
        newcomers_per_hour=base.settings.newcomers_per_hour,
        rest_wait=timedelta(seconds=base.settings.rest_wait_seconds),
    )


def _reveal(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _choose_loops(base: _Base) -> Mapping[str, Coroutine[None, None, None]]:
    """Return what runs beside the pages, by name."""
    road, settings, connectors = base.road, base.settings, base.connectors
    consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    loops: dict[str, Coroutine[None, None, None]] = {}
    if base.follower is not None:
        loops["releases"] = base.follower.follow()
    if base.role.includes(ServiceRole.WORKER):
        loops["worker"] = run_worker(road, base.engine, consumer=consumer, slots=settings.worker_slots)
    if base.role.includes(ServiceRole.COURIER):
        loops["courier"] = run_courier(road, connectors, consumer=consumer, slots=settings.worker_slots)
        loops["media"] = run_media(road, connectors, base.files)
        loops["erasures"] = run_erasures(road, base.files)
    if base.role.includes(ServiceRole.WEB, ServiceRole.CLOCK):
        loops["signs"] = run_signs(road)
    if base.role.includes(ServiceRole.CLOCK):
        loops["clock"] = run_clock(road, every=timedelta(seconds=settings.sweep_seconds))
        loops["suggestions"] = run_suggestions(road)
        for (channel, account), connector in connectors.items():
            if _polls(connector, settings):
                loops[f"poll {channel} {account}"] = run_poller(road, connector)
    return loops


def _polls(connector: Connector, settings: Settings) -> bool:
    """Tell whether to ask the platform: where it can be asked, and has no address to call us at."""
    can = connector.capabilities
    return can.polling and not (can.webhook and settings.public_url)


@asynccontextmanager
async def _running(
    loops: Mapping[str, Coroutine[None, None, None]], *, patience: timedelta
) -> AsyncIterator[frozenset[asyncio.Task[None]]]:
    """Run loops as tasks; at the end all are cancelled and finish, in `patience`, what they began."""
    tasks = frozenset(asyncio.create_task(loop, name=name) for name, loop in loops.items())
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=patience.total_seconds() + _GOODBYES)
