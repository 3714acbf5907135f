"""Which Rasa's API this is, which model serves, and its domain. `/` greets (`bot.web.login`)."""

from __future__ import annotations

from aiohttp import hdrs, web

from bot.domain.training import TrainingState
from bot.errors import ModelMissing
from bot.rasa_format.yaml_dump import dump_yaml
from bot.web.keys import SERVING, TRAINER
from bot.web.rasa_api.access import check_access
from bot.web.rasa_api.errors import RASA_VERSION

routes = web.RouteTableDef()

_YAML = "application/x-yaml"
_KEY_ORDER = (
    *("version", "intents", "entities", "slots", "forms", "responses", "actions", "e2e_actions"),
    "session_config",
)


@routes.get("/version", allow_head=False)
async def get_version(_request: web.Request) -> web.Response:
    """Return which Rasa's API this is."""
    return web.json_response({"version": RASA_VERSION, "minimum_compatible_version": RASA_VERSION})


@routes.get("/status", allow_head=False)
async def get_status(request: web.Request) -> web.Response:
    """Return which model serves, and whether one is being trained."""
    check_access(request)
    digest = request.app[SERVING].digest
    if digest is None:
        raise ModelMissing("No agent loaded. To continue processing, a model needs to be released.")
    last = await request.app[TRAINER].get_last()
    return web.json_response(
        {
            "model_file": name_model(digest),
            "model_id": digest,
            "num_active_training_jobs": int(last is not None and last.state is TrainingState.RUNNING),
        }
    )


def name_model(digest: str) -> str:
    """Return what a model is called as a file."""
    return f"{digest[:12]}.tar.gz"


@routes.get("/domain", allow_head=False)
async def get_domain(request: web.Request) -> web.Response:
    """Return the domain of the model that serves, as JSON or YAML."""
    check_access(request)
    accepted = request.headers.get(hdrs.ACCEPT, "application/json")
    async with request.app[SERVING].steered() as engine:
        domain = await engine.get_domain()
    if accepted.endswith(("json", "*/*")):
        return web.json_response(domain)
    if accepted.endswith(("yml", "yaml")):
        ordered = {key: domain[key] for key in _KEY_ORDER if key in domain}
        return web.Response(text=dump_yaml({**ordered, **domain}), content_type=_YAML)
    raise web.HTTPNotAcceptable(
        reason=f"Invalid Accept header. Domain can be provided as application/json or {_YAML}"
    )
