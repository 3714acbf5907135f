"""Who is at the other end of a socket: a visitor, perhaps one whom their site knows, and what they told.

Before the first message nothing is kept of them; with it, what they agreed to is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from bot.connector import InboundRequest
from bot.domain.message import Attachment
from bot.errors import BadPayload
from bot.service.begin import begin_conversation
from bot.service.know_visitor import Known, claim_thread, find_thread, note_detail
from bot.service.uploads import UPLOADED
from bot.web.chat_account import FILES_EACH, read_consent
from bot.web.chat_passes import make_pass, read_ref
from bot.web.chat_told import is_missing, note_consent, note_email
from bot.web.visitors import make_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.connector import InboundEvent
    from bot.domain.json import JsonObject
    from bot.domain.message import Content
    from bot.service.know_visitor import Thread
    from bot.web.chat_hello import Hello
    from bot.web.chat_socket import Chat
    from bot.web.chat_told import Told

_NAMED, _LEFT = "email:", "answers:"  # of an address: named when asked for, left for the answer


@dataclass(slots=True, kw_only=True)
class Guest:
    """One visitor at one socket, in the thread they are shown."""

    chat: Chat
    hello: Hello
    thread: Thread
    _noted: bool = field(default=False)

    @property
    def options(self) -> Mapping[str, str]:
        """Return the options of the account."""
        return self.chat.connector.account.options

    @property
    def account(self) -> str:
        """Return the name of the account."""
        return self.chat.connector.account.name

    def must_ask(self) -> bool:
        """Tell whether the widget has to ask something before words are taken."""
        told, identity = self.hello.told, self.hello.identity
        if identity is not None:
            told = replace(told, name=told.name or identity.name, email=told.email or identity.email)
        return is_missing(told, self.options, begun=self.thread.conversation_id is not None)

    def renew(self) -> str | None:
        """Return another token where the old one will not last."""
        visitor = self.hello.visitor
        if not visitor.renew:
            return None
        return make_token(self.chat.key, self.account, now=self.chat.road.now(), visitor=visitor.id)

    def make_pass(self) -> str:
        """Return what opens the files of the thread."""
        return make_pass(self.chat.key, self.account, self.thread.key, now=self.chat.road.now())

    async def tell(self, told: Told) -> None:
        """Take what they agree to, or leave, later than at their hello."""
        self.hello, self._noted = replace(self.hello, told=told), False
        if self.thread.conversation_id is not None and not self.must_ask():
            await self.begin()

    async def begin(self) -> None:
        """Make the thread somebody's, and write down what they agreed to, before their first words."""
        known = know(self.hello)
        if known is not None and not self.thread.tied:
            key = await claim_thread(self.chat.road, self.account, self.thread.key, known)
            self.thread = replace(self.thread, key=key, tied=True)
        notes = [] if self._noted else self._list_notes()
        if notes and self.thread.conversation_id is None:
            begun = await begin_conversation(self.chat.road, self._arrive())
            self.thread = replace(self.thread, conversation_id=begun)
        for key, content in notes:
            assert self.thread.conversation_id is not None
            left = self.hello.told.email if key.startswith(_LEFT) else None
            await note_detail(self.chat.road, self.thread.conversation_id, content, key=key, answers_to=left)
        self._noted = True

    def parse(self, frame: JsonObject) -> list[InboundEvent]:
        """Read a message of theirs, with the files it names. Raises `BadPayload`."""
        road, identity = self.chat.road, self.hello.identity
        name = (identity.name if identity else None) or self.hello.told.name
        files = self._read_files(frame.get("files"))
        body = {each: value for each, value in frame.items() if each != "files"}
        query = {"visitor": self.thread.key, **({"name": name} if name else {})}
        if files:
            query["files"] = json.dumps([asdict(file) for file in files])
        request = InboundRequest(body=json.dumps(body).encode(), query=query, received_at=road.now())
        known = {"identity": identity.describe()} if identity else {}
        return [
            replace(event, metadata={**event.metadata, **known})
            for event in self.chat.connector.parse(request)
        ]

    def _read_files(self, given: object) -> tuple[Attachment, ...]:
        if given is None:
            return ()
        if not isinstance(given, list) or len(given) > FILES_EACH:
            raise BadPayload(f"`files` must be a list of at most {FILES_EACH}")
        return tuple(self._read_file(each) for each in given)

    def _read_file(self, given: object) -> Attachment:
        ref, name = (given.get("ref"), given.get("name")) if isinstance(given, dict) else (None, None)
        if not isinstance(ref, str) or not isinstance(name, str | None):
            raise BadPayload("a file of a message has a `ref` and perhaps a `name`")
        upload = read_ref(self.chat.key, self.account, self.hello.visitor.id, ref)
        return Attachment(
            kind=upload.kind,
            ref=UPLOADED + upload.key,
            mime=upload.mime,
            size=upload.size,
            name=tidy_name(name) if name else None,
        )

    def _list_notes(self) -> list[tuple[str, Content]]:
        told, consent = self.hello.told, read_consent(self.options)
        notes = []
        if consent is not None and told.consent == consent.version:
            notes.append((f"consent:{consent.version}", note_consent(told, consent, self.chat.road.now())))
        if told.email is not None:
            notes.append((f"{_LEFT if told.answers else _NAMED}{told.email}", note_email(told)))
        return notes

    def _arrive(self) -> InboundEvent:
        """Return the event that begins their conversation: nothing is said yet."""
        frame = {"type": "message", "id": "begin", "text": "begin"}
        (event,) = self.parse(frame)
        return event


async def enter(chat: Chat, hello: Hello) -> Guest | None:
    """Return a guest in their thread; None where it is somebody's who would have to say who they are."""
    account = chat.connector.account.name
    thread = await find_thread(chat.road, account, hello.visitor.id, know(hello))
    return None if thread is None else Guest(chat=chat, hello=hello, thread=thread)


def know(hello: Hello) -> Known | None:
    """Return whom the site says this is."""
    identity = hello.identity
    if identity is None:
        return None
    return Known(id=identity.id, name=identity.name, proven=identity.signed)


def tidy_name(name: str) -> str:
    """Return a file's name as one line without a path, short enough for every system."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()).strip()[:120]
