"""A wish for a person is found wherever it stands in a message, and only where there is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.wish import find_wish

WISHES = """
    my headphones arrived broken, third time, I want to talk to a person NOW
    Where is my refund. Could I speak with one of your colleagues please?
    nothing works anymore can i just talk to somebody
    put me through to your manager
    pls transfer me
    please hand this over to a human
    i'd like a callback
    can a member of your staff look at this
    someone should call me back
    Call me please!
    I don't want to talk to a bot
    why can't I talk to a person?
    why don't you connect me to an agent
    if this can't be fixed please put me in touch with a technician
    is there anybody I could speak to
    get someone on the phone
    AGENT!!!
    agent agent agent
    Not that one. Person please 😤
    i wanna tlak to a rela persn
    humaaaan please
    “talk to someone”
    can I speak wit the boss
    I need real support
    human intervention
    Die Kopfhörer sind kaputt, ich möchte jetzt mit einem Menschen sprechen
    Verbinden Sie mich bitte mit einer Kollegin
    rufen sie mich bitte zurück
    nicht mit dir, sondern mit einem echten Menschen
    ¿Puedo hablar con una persona, por favor?
    pásame con un agente ya
    que alguien me llame
"""
NO_WISHES = """
    I talked to a person yesterday, thanks
    your agent promised a refund
    does a real person read the parcels?
    is this a real person
    am I talking to a human?
    I don't want to talk to a person, just tell me the status
    i do not want you to connect me to anyone
    no need for a human
    there is no need to call me
    no person needed
    don't call me
    I'd rather not speak to anyone
    do I need to talk to someone to return it?
    if I want to speak to a manager, when are they there?
    would you like a person to help you pack it?
    my old bank used to want a call
    i want to be called Tom
    what can you call me
    human?
    can I talk to someone on a call with the Halo
    I need a human readable invoice
    is the manager app out
    transfer my warranty to another person please
    can someone else sign for it
    i need someone to look at my car
    give me a discount
    is anybody there?
    Ich will nicht mit einem Menschen sprechen
    Ich habe mit einem Mitarbeiter gesprochen
    kann jemand anders das Paket annehmen
    rufen sie mich nicht an
    no quiero hablar con una persona
    ayer hablé con una persona
    no hace falta que me llamen
    ¿puedo hablar con otra persona por zoom?
"""


def _list(texts: str) -> list[str]:
    return [line.strip() for line in texts.strip().splitlines()]


@pytest.mark.parametrize("text", _list(WISHES))
def test_wish_is_found(text: str) -> None:
    assert find_wish(text)


@pytest.mark.parametrize("text", _list(NO_WISHES))
def test_no_wish_is_found_where_there_is_none(text: str) -> None:
    assert find_wish(text) is None


@pytest.mark.parametrize("text", _list(WISHES))
def test_wish_is_found_among_much_else(text: str) -> None:
    around = "The left side of it crackles when I walk. " * 60
    assert find_wish(f"{around}\n{text}")
    assert find_wish(f"{text}\n{around}")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert find_wish(text) is None or find_wish(text)
