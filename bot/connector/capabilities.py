"""What a channel can do, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.connector.events import HookResponse
from bot.connector.text import TextUnit
from bot.domain.conversation import Surface
from bot.domain.message import Kind


class Delivery(StrEnum):
    """How replies leave: the `delivery` of a conversation's `reply_context`."""

    PUSH = "push"  # the courier calls `send`; what a context without the key means
    PULL = "pull"  # the customer's side fetches them (the synchronous REST call)
    SHOWN = "shown"  # the customer's side shows them as they are stored (our own widget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `limit` sends per `period`, counted per `scope`: `account` or `conversation`."""

    scope: str
    limit: int
    period: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How long after a contact's last message the platform lets us write; None: for ever.

    `staff`: the same for what people write, where they have longer. `templates`: messages approved
    beforehand may leave later, too. `whom`: whom alone the platform lets us answer, where not everybody who
    wrote. `source`: the page that says so.
    """

    bot: timedelta | None = None
    staff: timedelta | None = None
    templates: bool = False
    whom: str = ""
    source: str = ""

    def lasts(self, *, by_staff: bool) -> timedelta | None:
        """Return how long it is open for what a person or the bot writes."""
        return self.staff if by_staff and self.staff is not None else self.bot


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReply:
    """The author of a public post can be written to in private, so often for each, `within` this time.

    None: as often as one likes, and for ever.
    """

    each: int | None = 1
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule:
    """What is taken as one kind of file: these types (none: all), up to so many bytes (0: any number)."""

    mimes: frozenset[str] = frozenset()
    most: int = 0


NO_WINDOW = Window()
SAID = frozenset({Kind.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do. A limit of 0 means that there is none of it.

    `brings` are the kinds of events that may come in, `files` the kinds of files that can be sent
    (image, audio, video, file), `file_rules` what is asked of them, `files_total` how many bytes all files
    of a message may have (others go out as several); `fetches_files`: the platform takes them from our
    public address alone. `elsewhere`: what is different on other
    surfaces than the main one. `many_ids`: one person may be known by several ids there, and be seen now
    under one, now under another. `other_ids_in_public`: who wrote a post has another id in private, and
    nothing tells that both are one. `shared_hook`: the platform calls one address for several accounts: each
    takes what is its own. `hook_answer`: what a request that was taken is answered with, where the platform
    reads it.

    `buttons_max` and its neighbours are what the conformance suite goes beyond: a channel shows
    the rest another way and refuses nothing. `typing`: `Connector.typing` has somebody to tell.
    `idempotent_sends`: the receiving side drops a second send with the same idempotency key, so an
    `unknown` outcome is tried again; elsewhere it is final, and staff see it. `idempotent_for`: how long
    it remembers keys, where it forgets them. `burst_pause`: how long to wait for more of the same person
    before answering.
    """

    surfaces: frozenset[Surface]
    text_max: int
    text_unit: TextUnit = TextUnit.CHARACTER
    buttons_max: int = 0
    button_label_max: int = 0
    button_payload_max: int = 0
    typing: bool = False
    webhook: bool = True
    polling: bool = False
    idempotent_sends: bool = False
    idempotent_for: timedelta | None = None
    burst_pause: timedelta
    rates: tuple[Rate, ...] = ()
    brings: frozenset[Kind] = SAID
    files: frozenset[str] = frozenset()
    file_rules: Mapping[str, FileRule] = field(default_factory=dict)
    files_total: int = 0
    fetches_files: bool = False
    window: Window = NO_WINDOW
    private_reply: PrivateReply | None = None
    other_ids_in_public: bool = False
    shared_hook: bool = False
    many_ids: bool = False
    hook_answer: HookResponse | None = None
    elsewhere: Mapping[Surface, Capabilities] = field(default_factory=dict)

    def on(self, surface: Surface) -> Capabilities:
        """Return what holds on a surface."""
        return self.elsewhere.get(surface, self)

    def drops_repeat(self, *, after: timedelta) -> bool:
        """Tell whether a send is dropped whose key was used before, so long ago at most."""
        return self.idempotent_sends and (self.idempotent_for is None or after < self.idempotent_for)
