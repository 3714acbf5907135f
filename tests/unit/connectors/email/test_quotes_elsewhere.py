"""Quotes of programs and languages that are met less often."""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import pytest

from connectors.email.quotes import take_words

HEAD = (
    "Shop <us@shop.example>",
    "23.11.2026 10:01",
    "",
    "To",
    "Ann/Mill@MILL",
    "cc",
    "",
    "Subject",
    "Your order",
)
NOTES = "\n".join([*HEAD, "", "Hello"])
BAR = "|---------+---------------------------->"
BOX = "  >----------------|"
TABLE = (
    f"{BAR}\n|         |      us@shop.example       |\n{BAR}\n{BOX}\n  | Subject:  Order |\n{BOX}\n\nHello"
)
T_ONLINE = "Betreff: x\nDatum: 2026-11-23T10:01\nVon: us@shop.example\nAn: ann\n\nHi\n"
HEBREW = (
    "\u202bבתאריך 23 בנוב׳ 2026 ב-10:01 מאת \u202aShop\u202c "
    "<\u202aus@shop.example\u202c\u200f>:\u202c\n\n> שלום\n"
)
CATALAN = "Missatge de Shop <us@shop.example> del dia dl., 23 de nov. 2026 a les 10:01:\n\n> Hola\n"
LESS_COMMON = {
    "Notes": NOTES,
    "Notes, German": NOTES.replace("To\n", "An\n").replace("Subject", "Betreff"),
    "Notes, older": TABLE,
    "t-online": f"-----Original-Nachricht-----\n{T_ONLINE}",
    "sfr": f"{'=' * 40}\nMessage du : 23/11/2026 10:01\nDe : us@shop.example\nA : Ann\nSujet : x\n\nOui\n",
    "apple, Japanese": "2026/11/23 10:01、Shop <us@shop.example>のメール:\n\n> はい\n",
    "gmail, Thai": "ในวันที่ จ. 23 พ.ย. 2569 เวลา 10:01 Shop <us@shop.example> เขียนว่า:\n\n> สวัสดี\n",
    "gmail, Hindi": "सोम, 23 नव॰ 2026 को 10:01 बजे को Shop <us@shop.example> ने लिखा:\n\n> नमस्ते\n",
    "gmail, Bulgarian": "На пн, 23.11.2026 г. в 10:01 ч. Shop <us@shop.example> написа:\n\n> Здравей\n",
    "gmail, Hebrew": HEBREW,
    "gmail, Catalan": CATALAN,
}


@pytest.mark.parametrize("quoted", LESS_COMMON.values(), ids=LESS_COMMON.keys())
def test_answer_above_a_quote_of_a_less_common_program(quoted: str) -> None:
    assert take_words(f"It came broken.\nI wait.\n\n{quoted}") == ("It came broken.\nI wait.", True)


@pytest.mark.parametrize(
    "text",
    [
        "Where is it?\n23.11.2026 10:01\nthey said\nto\nme",
        "To\nAnn\nSubject\nOrder",
        "| a | b |\n|---|---|",
    ],
)
def test_lines_that_only_look_like_the_head_of_notes_stay(text: str) -> None:
    assert take_words(text) == (text, False)
