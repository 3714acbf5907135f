"""What the pages' app carries. `bootstrap` puts these in; handlers take them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from bot.connector import Connector
    from bot.engines.engine import Engine
    from bot.engines.serving import ServingEngine
    from bot.service.curriculum import Curriculum
    from bot.service.fetch import FetchLog
    from bot.service.road import Road
    from bot.service.train import Trainer
    from bot.storage.files import FileStore
    from bot.web.rasa_api.jwt_tokens import JwtReader

ROAD: web.AppKey[Road] = web.AppKey("road")
ENGINE: web.AppKey[Engine] = web.AppKey("engine")
SERVING: web.AppKey[ServingEngine] = web.AppKey("serving")  # the same engine, asked which model serves
CONNECTORS: web.AppKey[Mapping[tuple[str, str], Connector]] = web.AppKey("connectors")  # (channel, account)
FETCH_LOG: web.AppKey[FetchLog] = web.AppKey("fetch_log")
REST_WAIT: web.AppKey[timedelta] = web.AppKey("rest_wait")  # how long a synchronous call waits for its turn
SIGNING_KEY: web.AppKey[bytes] = web.AppKey("signing_key")  # 32 random bytes or more, the same everywhere
AUTH_TOKEN: web.AppKey[str | None] = web.AppKey("auth_token")  # what opens Rasa's API to other machines
JWT_READER: web.AppKey[JwtReader | None] = web.AppKey("jwt_reader")  # what else opens it
CORS_ORIGINS: web.AppKey[frozenset[str]] = web.AppKey("cors_origins")  # whose pages may call it, or *
FILES: web.AppKey[FileStore] = web.AppKey("files")  # what customers sent, and staff
PUBLIC_URL: web.AppKey[str | None] = web.AppKey("public_url")  # as in Settings: where browsers reach us
CURRICULUM: web.AppKey[Curriculum] = web.AppKey("curriculum")  # the project that trainers teach
TRAINER: web.AppKey[Trainer] = web.AppKey("trainer")
