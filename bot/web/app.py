"""Everything that is served, in one aiohttp application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.connector import Connector
from bot.engines.serving import ServingEngine
from bot.service.curriculum import Curriculum
from bot.service.fetch import FetchLog
from bot.service.road import Road
from bot.service.train import Trainer
from bot.storage.files import FileStore
from bot.web import hooks
from bot.web.bodies import MAX_BODY
from bot.web.chat import add_chat_routes
from bot.web.clients import TRUSTED_PROXIES, Networks
from bot.web.desk import add_desk_routes
from bot.web.desk_acts import add_desk_act_routes
from bot.web.desk_left_alone import add_left_alone_routes
from bot.web.desk_people import add_people_routes
from bot.web.desk_templates import add_template_routes
from bot.web.desk_uploads import add_upload_routes
from bot.web.errors import answer_errors_in
from bot.web.health import add_health_routes
from bot.web.keys import (
    AUTH_TOKEN,
    CONNECTORS,
    CORS_ORIGINS,
    CURRICULUM,
    ENGINE,
    FETCH_LOG,
    FILES,
    JWT_READER,
    PUBLIC_URL,
    REST_WAIT,
    ROAD,
    SERVING,
    SIGNING_KEY,
    TRAINER,
)
from bot.web.live import add_live_routes
from bot.web.login import add_login_routes
from bot.web.metrics import add_metrics_routes
from bot.web.newcomers import NEWCOMERS, PER_HOUR, Newcomers
from bot.web.public_files import add_public_file_routes
from bot.web.rasa_api.cors import allow_page, answer_preflight
from bot.web.rasa_api.routes import add_rasa_routes
from bot.web.render import TEMPLATES, make_templates
from bot.web.static_files import STATIC_FILES, StaticFiles, add_static_routes
from bot.web.trainer import add_trainer_routes
from bot.web.trainer_acts import add_trainer_act_routes
from bot.web.trainer_training import add_training_routes
from bot.web.trainer_triage import add_trainer_triage_routes

if TYPE_CHECKING:
    from bot.web.rasa_api.jwt_tokens import JwtReader


@dataclass(frozen=True, slots=True, kw_only=True)
class AppParts:
    """What the application stands on. `rest_wait`: how long a synchronous call waits for its turn."""

    road: Road
    engine: ServingEngine
    connectors: Mapping[tuple[str, str], Connector]
    curriculum: Curriculum
    trainer: Trainer
    static_files: StaticFiles
    signing_key: bytes = field(repr=False)
    public_url: str | None
    files: FileStore
    auth_token: str | None = field(default=None, repr=False)
    jwt_key: str | None = field(default=None, repr=False)
    jwt_method: str = "HS256"
    cors_origins: frozenset[str] = frozenset()
    trusted_proxies: Networks = ()
    newcomers_per_hour: int = PER_HOUR
    rest_wait: timedelta


def make_app(parts: AppParts) -> web.Application:
    """Put the application together. Nothing is opened before it starts."""
    app = web.Application(middlewares=[answer_preflight], client_max_size=MAX_BODY)
    answer_errors_in(app)
    app.on_response_prepare.append(allow_page)
    app[CORS_ORIGINS] = parts.cors_origins
    app[ROAD] = parts.road
    app[ENGINE] = app[SERVING] = parts.engine
    app[CONNECTORS] = parts.connectors
    app[CURRICULUM] = parts.curriculum
    app[TRAINER] = parts.trainer
    app[FETCH_LOG] = FetchLog(parts.road)
    app[REST_WAIT] = parts.rest_wait
    app[PUBLIC_URL] = parts.public_url
    app[FILES] = parts.files
    app[AUTH_TOKEN] = parts.auth_token
    app[JWT_READER] = _make_jwt_reader(parts)
    app[TRUSTED_PROXIES] = parts.trusted_proxies
    app[NEWCOMERS] = Newcomers(parts.road, per_hour=parts.newcomers_per_hour)
    app[SIGNING_KEY] = parts.signing_key
    app[STATIC_FILES] = parts.static_files
    app[TEMPLATES] = make_templates(parts.static_files.url)
    app.on_cleanup.append(_close_fetch_log)
    add_rasa_routes(app)  # before the hooks: /webhooks/rest/webhook is Rasa's
    hooks.add_hook_routes(app)
    for add_routes in (
        *(add_health_routes, add_metrics_routes, add_static_routes, add_login_routes, add_chat_routes),
        *(add_live_routes, add_desk_routes, add_desk_act_routes, add_upload_routes, add_public_file_routes),
        add_template_routes,
        *(add_people_routes, add_left_alone_routes),
        *(add_trainer_routes, add_trainer_act_routes, add_trainer_triage_routes, add_training_routes),
    ):
        add_routes(app)
    return app


def _make_jwt_reader(parts: AppParts) -> JwtReader | None:
    if parts.jwt_key is None:
        return None
    # The library of keys takes 10 MB: only where tokens are checked.
    from bot.web.rasa_api.jwt_tokens import JwtReader  # noqa: PLC0415

    return JwtReader(parts.jwt_key, method=parts.jwt_method)


async def _close_fetch_log(app: web.Application) -> None:
    await app[FETCH_LOG].close()
