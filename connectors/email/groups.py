"""Mails that come to us through a Google Group of ours, and who wrote them. Pure.

A group takes a customer's mail, signs it anew and gives it to its members, of whom we are one. Where their
domain has a strict DMARC policy it puts its own address into From ("'Ann' via Help"), and theirs into
X-Original-From; X-Original-Sender names the author always, and X-Original-Authentication-Results says what
Google found of them. Anybody can write all of that, so it counts only where our own mail server says that the
group's domain signed the mail, where the mail names that very group as its list, and where no such header
stands there twice: one that a sender brought along would be a second one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import getaddresses

from bot.domain.contact import Handle
from connectors.email.mail import Mail
from connectors.email.origin import Origin, find_results, is_signed_by, read_results

ADDRESS = re.compile(r"<mailto:([^<>?]+)", re.IGNORECASE)
VIA = re.compile(r"^'?(.*?)'? via [^<>]*$", re.DOTALL)
GOOGLE = "mx.google.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMail:
    """Who wrote a mail that came through a group, and what Google found of them."""

    author: Handle
    origin: Origin


def read_group_mail(
    mail: Mail, senders: list[Handle], groups: frozenset[str], authserv_id: str
) -> GroupMail | None:
    """Return who wrote a mail, None where it did not surely come through one of our groups."""
    group = find_group(mail, groups)
    if group is None or len(senders) != 1 or not is_signed_by(mail, group.rpartition("@")[2], authserv_id):
        return None
    given = senders[0]
    rewritten = given.native_id == group
    author = read_one(mail, "x-original-from") if rewritten else given.native_id
    if author is None or author in groups or author != read_one(mail, "x-original-sender"):
        return None
    name = VIA.sub(r"\1", given.name or "").strip() if rewritten else given.name
    return GroupMail(author=Handle(native_id=author, name=name or None), origin=judge_original(mail, author))


def find_group(mail: Mail, groups: frozenset[str]) -> str | None:
    """Return which of our groups a mail names as its list, None where that is not one of them alone."""
    posts = [
        match[1].strip().lower() for each in mail.get_all("list-post") for match in ADDRESS.finditer(each)
    ]
    named = {each for each in posts if each in groups}
    single = len(mail.get_all("list-post")) == 1 and len(mail.get_all("list-id")) == 1
    return named.pop() if single and len(named) == 1 else None


def read_one(mail: Mail, header: str) -> str | None:
    """Return the one address of a header that stands there once."""
    found = mail.get_all(header)
    addresses = [address.strip().lower() for _, address in getaddresses(found)]
    return addresses[0] if len(found) == len(addresses) == 1 and addresses[0] else None


def judge_original(mail: Mail, author: str) -> Origin:
    """Return what Google says of the author's domain, in the one header that it adds."""
    found = mail.get_all("x-original-authentication-results")
    if len(found) != 1:
        return Origin.UNKNOWN
    results = find_results(found[0], GOOGLE)
    return Origin.UNKNOWN if results is None else read_results(results, author.rpartition("@")[2])
