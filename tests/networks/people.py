"""People on the network, who use it as an app does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

import aiohttp

from connectors.bluesky.records import POST

PASSWORD = "a-password-of-their-own"
WAIT = 30.0  # seconds for what takes less than one
Record = dict[str, Any]
Found = TypeVar("Found")
_numbers = count(1)


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with an account. `proof` is what their app's calls carry."""

    url: str
    http: aiohttp.ClientSession
    did: str = ""
    handle: str = ""
    proof: str = field(default="", repr=False)

    async def call(self, name: str, fields: Record | None = None, **params: str) -> Record:
        """Call a method; raises `aiohttp.ClientResponseError` for a refusal."""
        method = "GET" if fields is None else "POST"
        headers = {"Authorization": f"Bearer {self.proof}"} if self.proof else {}
        async with self.http.request(
            method, f"{self.url}/xrpc/{name}", params=params, json=fields, headers=headers
        ) as response:
            response.raise_for_status()
            found: Record = await response.json() if response.content_type == "application/json" else {}
            return found

    async def write(self, collection: str, record: Record) -> Record:
        """Write a record of one's own."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"$type": collection, "createdAt": now, **record}
        return await self.call(
            "com.atproto.repo.createRecord", {"repo": self.did, "collection": collection, "record": record}
        )

    async def post(self, text: str, *, to: Record | None = None, **more: Any) -> Record:
        """Post something, in answer to another post if `to` is given; whoever is named is mentioned."""
        if to is not None:
            # One answers what one sees. Where a post and an answer to it are indexed at the same
            # moment, neither transaction sees the other, and the network tells nobody of the answer.
            await self.see(to["uri"])
            found = await self.read(to["uri"])
            parent = {"uri": found["uri"], "cid": found["cid"]}
            root = found["value"].get("reply", {}).get("root", parent)
            more["reply"] = {"root": root, "parent": parent}
        return await self.write(POST, {"text": text, "langs": ["en"], **more})

    async def mention(self, other: Person, text: str, **more: Any) -> Record:
        """Post something to somebody, by their name in front."""
        name = f"@{other.handle}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": other.did}
        facet = {"index": {"byteStart": 0, "byteEnd": len(name.encode())}, "features": [feature]}
        return await self.post(f"{name} {text}", facets=[facet], **more)

    async def read(self, uri: str) -> Record:
        """Return a record as its author's server keeps it."""
        repo, collection, key = uri.removeprefix("at://").split("/")
        return await self.call("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=key)

    async def list_posts(self) -> list[Record]:
        """Return one's own posts, oldest first by their keys."""
        found = await self.call("com.atproto.repo.listRecords", repo=self.did, collection=POST, limit="100")
        return [each["value"] | {"uri": each["uri"], "cid": each["cid"]} for each in found["records"]][::-1]

    async def delete(self, uri: str) -> None:
        """Take a record back."""
        repo, collection, key = uri.removeprefix("at://").split("/")
        await self.call(
            "com.atproto.repo.deleteRecord", {"repo": repo, "collection": collection, "rkey": key}
        )

    async def see(self, uri: str) -> Record:
        """Return a post as the whole network shows it to this person, once it does."""

        async def look() -> Record | None:
            found = await self.call("app.bsky.feed.getPosts", uris=uri)
            return found["posts"][0] if found["posts"] else None

        return await until(look)

    async def make_app_password(self, *, privileged: bool) -> str:
        """Return a new app password; a privileged one opens direct messages."""
        made = await self.call(
            "com.atproto.server.createAppPassword",
            {"name": f"Visavis {next(_numbers)}", "privileged": privileged},
        )
        password: str = made["password"]
        return password


async def join(url: str, http: aiohttp.ClientSession, name: str) -> Person:
    """Return somebody new on the network, whom it knows."""
    person = Person(url=url, http=http)
    handle = f"{name}{next(_numbers)}.test"
    fields = {"email": f"{handle}@mail.test", "handle": handle, "password": PASSWORD}
    made = await person.call("com.atproto.server.createAccount", fields)
    person.did, person.handle, person.proof = made["did"], made["handle"], made["accessJwt"]
    await person.call(
        "com.atproto.repo.putRecord",
        {
            "repo": person.did,
            "collection": "app.bsky.actor.profile",
            "rkey": "self",
            "record": {"$type": "app.bsky.actor.profile", "displayName": name.title()},
        },
    )

    async def look() -> bool:
        try:
            found = await person.call("app.bsky.actor.getProfile", actor=person.did)
        except aiohttp.ClientResponseError:
            return False
        return found.get("displayName") == name.title()

    await until(look)
    return person


async def until(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Return what is looked for as soon as it is there. Raises `TimeoutError`."""
    async with asyncio.timeout(WAIT):
        while True:
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.05)
