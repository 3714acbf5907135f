"""A case: a public thread and the private one that it was moved to; or a web chat, and its mails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from bot.domain.message import Content


class How(StrEnum):
    """How a public thread was moved to a private one, or a web chat (`public_id` then) to mail."""

    PRIVATE_REPLY = "private_reply"  # the bot wrote to the author of the post alone
    LINK = "link"  # the author was shown the address of a private place
    STAFF = "staff"  # a person wrote to the author alone
    MAIL = "mail"  # the answer in a web chat was mailed to a visitor who had left an address for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLink:
    """A public conversation and the private one that goes on with it, open until `closed_at`.

    `private_id` is None until the contact writes there; `private_key` is that conversation's key as far as
    it is known before. `began_id` is the public message that it began with, `word_id` the public word that
    tells of it, `question` what the bot asked and would not ask in public. `doubt`: whoever came by the
    link may be somebody else.
    """

    id: int
    account_id: int
    public_id: int
    began_id: int
    how: How
    created_at: datetime
    private_id: int | None = None
    private_key: str | None = None
    word_id: int | None = None
    question: Content | None = None
    doubt: bool = False
    reminded: bool = False
    closed: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """Both conversations as far as they are known, in the order in which they are locked."""
        known = (self.public_id, self.private_id)
        return tuple(sorted(each for each in known if each is not None))

    def beside(self, conversation_id: int) -> int | None:
        """Return the other conversation."""
        return self.private_id if conversation_id == self.public_id else self.public_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPart:
    """How the public thread of a case stands when its private part is settled.

    `told`: a word there says where it went on, and arrived. `deleted`: the post that began it is gone.
    `unanswered`: its contact wrote there after that, and nothing of ours follows.
    """

    told: bool
    deleted: bool = False
    unanswered: bool = False
    heard_ago: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWords:
    """What the brand says where a public thread goes on in private. `{link}` stands for the address.

    `sorry` goes before words of ours where a person is asked for; a brand's own words stand as they are.
    `person` follows them there, if it is not said in private: no entry in the queue without telling.
    The last three stand in a mail that answers a chat: its subject, what is said over the visitor's own words
    (`{day}`), and why it was sent.
    """

    moved: str = "We have written to you in private, so that we can look into it."
    write: str = "Please write to us here, so that we can look into it: {link}"
    closing: str = "We have looked into this in private, and it is settled. Thank you for telling us."
    person: str = "A person on our team will answer you there."
    sorry: str = "We are sorry."
    mail_subject: str = "Our answer to your chat"
    mail_quote: str = "You wrote in our chat on {day}:"
    mail_why: str = (
        "You left this address in the chat for our answer. Reply to this mail and we read it. If it was not "
        "you, there is nothing to do; reply STOP, and no more of this is mailed to you."
    )
