from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.masking import mask_personal


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("mail me at jo.b+x@mail.example.com!", "mail me at <email>!"),
        ("call +44 20 7946 0958 or (020) 7946-0958", "call +00 00 0000 0000 or (000) 0000-0000"),
        ("@NorvaAir my order 1234567 and PNR K7QX2M", "@user my order 0000000 and PNR X0XX0X"),
        ("card 4111 1111 1111 1111", "card 0000 0000 0000 0000"),
        ("see https://shop.example/o?id=77&mail=jo@x.org.", "see <link>"),
        ("born 12/03/1984, IBAN GB29NWBK60161331926819", "born 00/00/0000, IBAN XX00XXXX00000000000000"),
        (
            "£412 charged twice at 18:20 on my X100 and PS5 @ 9am",
            "£412 charged twice at 18:20 on my X100 and PS5 @ 9am",
        ),
        ("EU261 is not optional, day 61, 31 degrees", "EU261 is not optional, day 61, 31 degrees"),
    ],
)
def test_what_tells_who_somebody_is_goes_and_the_rest_stays(written: str, masked: str) -> None:
    assert mask_personal(written) == masked


@given(st.text(alphabet="aB1 @./:-+()x0", max_size=80) | st.text(max_size=80))
def test_a_masked_text_stays_as_it_is(text: str) -> None:
    assert mask_personal(mask_personal(text)) == mask_personal(text)
