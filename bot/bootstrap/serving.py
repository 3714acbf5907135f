"""The engine of whichever model is released, in this process, without a restart."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.bootstrap.cold_code import let_cold_code_go
from bot.bootstrap.project import load_project_actions
from bot.bus.live import RESET
from bot.engines.native.actions import LocalActions
from bot.engines.native.load import load_native_engine
from bot.engines.native.remote_actions import HereOrThere, RemoteActions
from bot.errors import (
    ActionError,
    EmbeddedServerError,
    EngineError,
    ModelError,
    ProjectError,
    SettingsError,
    StorageUnavailable,
)
from bot.nlu.archive import read_archive
from bot.nlu.components import choose_components
from bot.nlu.encoders import EncoderShelf
from bot.nlu.entities import Extractor
from bot.nlu.tokens import load_language
from bot.settings import load_settings
from bot.storage import models

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bootstrap.stores import Stores
    from bot.bus.live import Subscription
    from bot.domain.action_spec import ActionsSpec
    from bot.domain.model import Release
    from bot.domain.pipeline import DeskSpec
    from bot.engines.engine import Engine
    from bot.engines.serving import ServingEngine
    from bot.rasa_format.project import Project
    from bot.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=5)  # in case the event of a release was missed
_WARM_UP = "Hello, is anybody there?"
_UNUSABLE = (ModelError, ProjectError, ActionError, SettingsError, EmbeddedServerError, EngineError)
"""What `EngineBuilder.build` raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What all engines of a process have in common."""

    encoders: EncoderShelf
    actions: LocalActions
    spec: ActionsSpec
    root: Path
    desk: DeskSpec


class EngineBuilder:
    """Builds engines. What they have in common, the encoder and the actions, is loaded once."""

    def __init__(self, project: Project, settings: Settings | None = None) -> None:
        """Hold the project, and the settings (None: the environment's)."""
        self._project = project
        self._settings = settings
        self._loading: asyncio.Task[_Shared] | None = None

    def start_loading(self) -> None:
        """Load what engines have in common while the caller does something else."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(self._load_shared))

    def close(self) -> None:
        """Stop caring for what is being loaded."""
        if self._loading is not None:
            self._loading.cancel()

    async def build(self, archive: bytes) -> Engine:
        """Load a model and let it answer once, so that no customer waits for that.

        Raises `ModelError`, `ProjectError`, `ActionError`; `SettingsError`, `EmbeddedServerError` or
        `EngineError` where real Rasa is to answer and cannot.
        """
        self.start_loading()
        assert self._loading is not None
        shared = await self._loading
        engine = await self._make(archive, shared)
        await engine.parse(_WARM_UP)
        return engine

    async def _make(self, archive: bytes, shared: _Shared) -> Engine:
        if not self._project.engine.is_rasa:
            return await asyncio.to_thread(_load, archive, shared)
        # Not at the top: most never use it.
        from bot.bootstrap.rasa_engine import open_rasa_engine  # noqa: PLC0415 - see above

        read = await asyncio.to_thread(read_archive, archive)
        settings = self._settings or load_settings()
        return await open_rasa_engine(
            read, self._project, settings, encoders=shared.encoders, actions=shared.actions
        )

    def _load_shared(self) -> _Shared:
        if _learns_entities(self._project):
            load_language(self._project.pipeline.language)  # its model needs spaCy, the slowest import of all
        spec = self._project.actions
        found = load_project_actions(self._project)
        for failure in found.failures:
            place = {"file": failure.path, "line": failure.line}
            log.warning("actions cannot be loaded here", **place, reason=failure.text)
        encoders = EncoderShelf(self._project.root)
        with suppress(ModelError):  # the model to serve may have another one, or will say that it has this
            encoders.get(self._project.pipeline.encoder)
        return _Shared(
            encoders=encoders,
            actions=LocalActions(found.actions, spec),
            spec=spec,
            root=self._project.root,
            desk=self._project.desk,
        )


def _learns_entities(project: Project) -> bool:
    learns = Extractor.LEARNED in choose_components(project.pipeline).extractors
    return learns and any(example.entities for example in project.training.examples)


def _load(archive: bytes, shared: _Shared) -> Engine:
    server = shared.spec.server
    remote = RemoteActions(server, shared.spec) if server else None
    actions = HereOrThere(shared.actions, remote)
    return load_native_engine(
        read_archive(archive),
        actions=actions,
        encoders=shared.encoders,
        root=shared.root,
        desk=shared.desk,
    )


class ReleaseFollower:
    """Keeps a `ServingEngine` at the newest release."""

    def __init__(self, stores: Stores, engine: ServingEngine, builder: EngineBuilder) -> None:
        self._stores = stores
        self._engine = engine
        self._builder = builder
        self._tried: int | None = None

    async def catch_up(self, *, leave: int | None = None) -> Release | None:
        """Put the newest release into service here, unless its id is `leave`; returns it, None without any.

        Raises what `EngineBuilder.build` does when its model cannot be used, else `StorageUnavailable`.
        """
        async with self._stores.database.read() as connection:
            release = await models.get_release(connection)
            if release is None or release.digest == self._engine.digest or release.id == leave:
                return release
            self._tried = release.id
            archive = await models.get_archive(connection, release.model_id)
        engine = await self._builder.build(archive)
        await self._engine.switch(engine, digest=release.digest)
        await asyncio.to_thread(let_cold_code_go)  # what compiling the model ran
        log.info("model in service", digest=release.digest[:12], release_id=release.id)
        return release

    async def follow(self) -> None:
        """Follow releases until cancelled. A model that cannot be used leaves the one before in service.

        It is not tried again here: loading takes a core from those who answer, and would fail again.
        """
        unusable: int | None = None
        async with self._stores.bus.live.subscribe() as events:
            while True:
                await self._next_release(events)
                try:
                    await self.catch_up(leave=unusable)
                except StorageUnavailable as error:
                    log.warning("releases wait", reason=str(error))
                except _UNUSABLE as error:
                    unusable = self._tried
                    log.warning("released model cannot be used, the one before goes on", reason=str(error))

    @staticmethod
    async def _next_release(events: Subscription) -> None:
        """Return when a release was announced, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                async for event in events:
                    if event.kind in ("release", RESET):
                        return
