"""Meta's Graph API on loopback, as a page or an Instagram account sees it, and the people who write there.

It is strict where Meta is: limits, windows, tags, one private reply for each comment, codes of errors.
It differs where a test on loopback must: webhooks may be plain http, and nothing takes minutes.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.graph_checks import Json, Refusal, check_message, read_fields, refusal
from tests.fakes.graph_hook import CHALLENGE, GraphHook
from tests.fakes.serving import reset, serve

DAY = timedelta(days=1)
# What the app's webhook names, of a page and of an Instagram account.
APP_FIELDS = (
    "messages messaging_postbacks messaging_referrals messaging_referral messaging_seen message_deliveries "
    "message_reads message_echoes message_reactions message_edits standby feed mention ratings comments "
    "live_comments mentions"
)
ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen"})


class Fault(StrEnum):
    """What goes wrong with a call."""

    TOO_MANY = "too_many"  # 613, and the headers of usage
    ERROR = "error"  # 500 in the Graph API's own JSON
    GATEWAY = "gateway"  # 502 in HTML, and nothing was done
    RESET = "reset"  # the connection breaks and nothing was done
    RESET_AFTER = "reset_after"  # it was done, and then the connection breaks
    MAYBE = "maybe"  # it was done, and an error says that it was not: 1/1357046
    HANG = "hang"  # it was done, and no answer comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came in, and the status it was answered with (0: none)."""

    method: str
    path: str
    fields: Mapping[str, Any]
    status: int


@dataclass(slots=True, kw_only=True)
class FakeGraph(GraphHook):
    """One account's Graph API. `sent` holds what reached people, `remarks` what stands in public.

    `heard` is when each person last wrote; `comments` when each comment was written; `files` what people
    sent, at `/files/<name>`. `faults` holds, by the last word of a path, what goes wrong with the next
    calls; None lets one through.
    """

    own_id: str = "10"
    node_id: str = "10"  # who sends: of an Instagram account with a page it is the page
    app_id: str = "55"
    token: str = "EAAG-a-token-of-the-page-and-no-other"
    text_max: int = 2000
    in_bytes: bool = False
    retry_after: int = 7
    url: str = ""
    site: web.TCPSite | None = None
    hook_url: str = ""
    subscribed: str = ""
    app_fields: list[str] = field(default_factory=APP_FIELDS.split)
    hook_active: bool = True
    transcript: list[Call] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)
    remarks: list[Json] = field(default_factory=list)
    heard: dict[str, datetime] = field(default_factory=dict)
    comments: dict[str, datetime] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    too_old: set[str] = field(default_factory=set)  # comments, whenever they were written
    blocked: set[str] = field(default_factory=set)
    mentioned: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))
    _last: int = 0
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is true; looked at after each call."""
        async with asyncio.timeout(20), self._called:
            await self._called.wait_for(happened)

    async def leave(self) -> None:
        """Stop listening: from now on connections are refused."""
        assert self.site is not None
        await self.site.stop()

    def texts(self) -> list[str]:
        """Return the texts that reached people, in private or in public."""
        return [
            each.get("text") or each.get("attachment", {}).get("payload", {}).get("text", "")
            for each in self.sent
        ] + [each["message"] for each in self.remarks]

    async def show_file(self, request: web.Request) -> web.Response:
        """Give a file away to whoever has its address, as Meta does until it expires."""
        content = self.files.get(request.match_info["name"])
        return web.Response(body=content) if content is not None else web.Response(status=403)

    # --- the Graph API ----------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = request.match_info["path"]
        fields = await read_fields(request) if request.method == "POST" else dict(request.query)
        faults = self.faults[path.rpartition("/")[2]]
        fault = faults.popleft() if faults else None
        status, headers = 200, dict[str, str]()
        body: Json = {}
        if fault not in (Fault.TOO_MANY, Fault.ERROR, Fault.GATEWAY, Fault.RESET):
            status, body = await self._do(request, path, fields)
        if fault is Fault.TOO_MANY:
            limit = Refusal(613, "(#613) Calls to this api have exceeded the rate limit.")
            status, body, headers = 400, refusal(limit), self._usage()
        elif fault is Fault.ERROR:
            away = Refusal(2, "An unexpected error has occurred. Please retry your request later.")
            status, body = 500, refusal(away, is_transient=True)
        elif fault is Fault.MAYBE:
            status, body = 500, refusal(Refusal(1, "Received invalid JSON reply.", subcode=1357046))
        elif fault is Fault.HANG:
            await asyncio.sleep(60)
        broken = fault in (Fault.RESET, Fault.RESET_AFTER)
        async with self._called:
            self.transcript.append(
                Call(method=request.method, path=path, fields=fields, status=0 if broken else status)
            )
            self._called.notify_all()
        if broken:
            return await reset(request)
        if fault is Fault.GATEWAY:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(body, status=status, headers=headers)

    def _usage(self) -> dict[str, str]:
        usage = {"type": "messenger", "call_count": 100, "total_cputime": 4, "total_time": 5}
        business = {self.own_id: [{**usage, "estimated_time_to_regain_access": 3}]}
        return {
            "Retry-After": str(self.retry_after),
            "X-App-Usage": json.dumps({"call_count": 28, "total_time": 25, "total_cputime": 25}),
            "X-Business-Use-Case-Usage": json.dumps(business),
        }

    async def _do(self, request: web.Request, path: str, fields: Json) -> tuple[int, Json]:
        given = request.headers.get("Authorization", "")
        if given not in (f"Bearer {self.token}", f"Bearer {self.app_id}|{self.app_secret}"):
            return 401, refusal(Refusal(190, f"Malformed access token {given}"))
        node, _, edge = path.partition("/")
        act = getattr(self, f"_{request.method.lower()}_{edge or 'node'}", None)
        if act is None:
            return 400, refusal(Refusal(2500, "Unknown path components"))
        try:
            done = act(node, fields)
            return 200, await done if asyncio.iscoroutine(done) else done
        except Refusal as error:
            return error.status, refusal(error)

    def _post_messages(self, node: str, fields: Json) -> Json:
        if node != self.node_id:
            raise Refusal(100, "Unsupported post request.", subcode=33)
        recipient = fields.get("recipient") or {}
        remark = recipient.get("comment_id") or recipient.get("post_id")
        person = self._check_private_reply(remark) if remark else self._check_person(recipient, fields)
        if "sender_action" in fields:
            if fields["sender_action"] not in ACTIONS:
                raise Refusal(100, "(#100) Invalid sender action")
            return {"recipient_id": person}
        message = check_message(
            fields.get("message"),
            limit=self.text_max,
            in_bytes=self.in_bytes,
            upload=fields.get("filedata"),
        )
        if remark:
            self.answered.add(remark)
        self._last += 1
        mid = f"m_sent_{self._last}"
        self.sent.append({**message, "to": person, "mid": mid, "at": datetime.now(UTC).isoformat()})
        return {"recipient_id": person, "message_id": mid}

    def _check_person(self, recipient: Json, fields: Json) -> str:
        person = str(recipient.get("id"))
        if person not in self.heard:
            raise Refusal(100, "(#100) No matching user found", subcode=2018001)
        if person in self.blocked:
            raise Refusal(551, "(#551) This person isn't available right now.", subcode=1545041)
        tag = fields.get("tag")
        if tag not in (None, "HUMAN_AGENT"):
            raise Refusal(100, "(#100) This message tag is not available", subcode=1893061)
        if datetime.now(UTC) - self.heard[person] > (7 * DAY if tag else DAY):
            raise Refusal(10, "(#10) This message is sent outside of allowed window.", subcode=2018278)
        return person

    def _check_private_reply(self, remark: str) -> str:
        if remark not in self.comments:
            raise Refusal(100, "Unsupported post request. Object does not exist", subcode=33)
        if remark in self.answered:
            raise Refusal(10900, "(#10900) Activity already replied to")
        if remark in self.too_old or datetime.now(UTC) - self.comments[remark] > 7 * DAY:
            raise Refusal(10903, "(#10903) This user can't reply to this activity")
        return f"author-of-{remark}"

    def _post_comments(self, node: str, fields: Json) -> Json:
        return self._remark(node, fields)

    def _post_replies(self, node: str, fields: Json) -> Json:
        return self._remark(node, fields)

    def _post_mentions(self, node: str, fields: Json) -> Json:
        return self._remark(node, fields, known=node == self.own_id)

    def _remark(self, node: str, fields: Json, *, known: bool = False) -> Json:
        if node not in self.comments and not known:
            raise Refusal(100, "Unsupported post request. Object does not exist", subcode=33)
        if node in self.blocked:
            raise Refusal(368, "(#368) The action attempted has been deemed abusive")
        if not fields.get("message") and not fields.get("attachment_url"):
            raise Refusal(100, "(#100) param message must be non-empty.")
        self._last += 1
        self.remarks.append({"message": "", **fields, "under": node})
        return {"id": f"20_sent_{self._last}"}

    def _get_node(self, node: str, fields: Json) -> Json:
        asked = fields.get("fields", "")
        for name in ("mentioned_comment", "mentioned_media"):
            if asked.startswith(f"{name}."):
                found = asked.partition("(")[2].partition(")")[0]
                if found not in self.mentioned:
                    raise Refusal(100, "Unsupported get request. Object does not exist", subcode=33)
                return {name: self.mentioned[found], "id": node}
        if node != self.own_id:
            raise Refusal(100, "Unsupported get request. Object does not exist", subcode=33)
        return {"id": self.own_id, "name": "Lyra", "username": "lyra"}

    def _get_conversations(self, _: str, fields: Json) -> Json:
        mine = [each for each in self.sent if each["to"] == fields["user_id"]]
        messages = [
            {
                "id": each["mid"],
                "message": each.get("text", ""),
                "created_time": each["at"],
                "from": {"id": self.own_id},
            }
            for each in reversed(mine)
        ]
        return {"data": [{"id": "t_1", "messages": {"data": messages}}]}

    def _post_subscribed_apps(self, _: str, fields: Json) -> Json:
        self.subscribed = fields["subscribed_fields"]
        return {"success": True}

    def _get_subscribed_apps(self, _: str, __: Json) -> Json:
        fields = self.subscribed.split(",")
        return {"data": [{"id": self.app_id, "name": "Lyra", "subscribed_fields": fields}]}

    async def _post_subscriptions(self, _: str, fields: Json) -> Json:
        """Set the app's webhook, once its address has given our challenge back."""
        if fields["object"] not in ("page", "instagram") or not fields["fields"]:
            raise Refusal(100, "Invalid parameter")
        url, word = str(fields["callback_url"]), str(fields["verify_token"])
        with suppress(aiohttp.ClientError):
            here = url.startswith("http://127.0.0.1:")  # nothing else is asked
            if here and await self.shake_hands(url, word=word) == (200, CHALLENGE):
                self.hook_url, self.app_fields = url, fields["fields"].split(",")
                return {"success": True}
        raise Refusal(2200, "Callback verification failed with the following errors: 404")

    def _get_subscriptions(self, _: str, __: Json) -> Json:
        named = [{"name": name, "version": "v25.0"} for name in self.app_fields]
        hook = {"callback_url": self.hook_url, "active": self.hook_active, "fields": named}
        return {"data": [{"object": name, **hook} for name in ("page", "instagram")] if self.hook_url else []}


@asynccontextmanager
async def run_fake_graph(**account: Any) -> AsyncIterator[FakeGraph]:
    """Run a Graph API with one account; `url` is what `api_url` should be."""
    fake = FakeGraph(**account)
    app = web.Application(client_max_size=30_000_000)
    app.router.add_get("/files/{name}", fake.show_file)
    app.router.add_route("*", "/v{version}/{path:.+}", fake.take)
    async with serve(app) as (address, site):
        fake.site, fake.url = site, address
        yield fake
