"""Quotes of programs and languages that are met less often."""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import pytest

from connectors.email.quotes import SAYS_FORWARDED, is_forwarded, take_marked_words, take_words

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


# Who wrote, when, to whom and about what, as Outlook and the like write it above what is answered.
HEADS = {
    "Dutch": "Van: {us}|Verzonden: maandag 23 november 2026 10:12|Aan: {ann}|Onderwerp: Uw bestelling",
    "Swedish": "Från: {us}|Skickat: den 23 november 2026 10:12|Till: {ann}|Ämne: Din beställning",
    "Danish": "Fra: {us}|Sendt: 23. november 2026 10:12|Til: {ann}|Emne: Din ordre",
    "Norwegian": "Fra: {us}|Dato: mandag 23. november 2026 10:12|Til: {ann}|Emne: Din ordre",
    "Finnish": "Lähettäjä: {us}|Päivämäärä: 23. marraskuuta 2026 10.12|Vastaanottaja: {ann}|Aihe: Tilaus",
    "Polish": "Od: {us}|Wysłane: poniedziałek, 23 listopada 2026 10:12|Do: {ann}|Temat: Zamówienie",
    "Turkish": "Gönderen: {us}|Gönderme Tarihi: 23 Kasım 2026 Pazartesi 10:12|Kime: {ann}|Konu: Siparişiniz",
    "Turkish, Apple": "Kimden: {us}|Tarih: 23 Kasım 2026 10:12|Kime: {ann}|Konu: Siparişiniz",
    "Portuguese": "De: {us}|Enviado: 23 de novembro de 2026 10:12|Para: {ann}|Assunto: Pedido",
    "Brazilian": "De: {us}|Enviada em: segunda-feira, 23 de novembro de 2026|Para: {ann}|Assunto: Pedido",
    "Catalan": "De: {us}|Enviat el: dilluns, 23 de novembre de 2026 10:12|Per a: {ann}|Assumpte: Comanda",
    "Romanian": "Expeditorul: {us}|Dată: 23 noiembrie 2026 10:12|Destinatarul: {ann}|Subiectul: Comanda",
    "Czech": "Od: {us}|Odesláno: pondělí 23. listopadu 2026 10:12|Komu: {ann}|Předmět: Objednávka",
    "Slovak": "Od: {us}|Dátum: 23. novembra 2026 10:12|Pre: {ann}|Predmet: Objednávka",
    "Croatian": "Šalje: {us}|Datum: 23. studenog 2026. 10:12|Prima: {ann}|Predmet: Narudžba",
    "Slovenian": "Od: {us}|Poslano: ponedeljek, 23. november 2026 10:12|Za: {ann}|Zadeva: Naročilo",
    "Estonian": "Saatja: {us}|Saadetud: 23. november 2026 10:12|Saaja: {ann}|Teema: Tellimus",
    "Bulgarian": "От: {us}|Изпратено: 23 ноември 2026 г. 10:12|До: {ann}|Относно: Поръчка",
    "Ukrainian": "Від: {us}|Відправлено: 23 листопада 2026 р. 10:12|Кому: {ann}|Тема: Замовлення",
    "Arabic": "من: {us}|المرسلة: 23 نوفمبر 2026 10:12|إلى: {ann}|الموضوع: طلب",
}


@pytest.mark.parametrize("bold", [False, True], ids=["plain", "bold"])
@pytest.mark.parametrize("written", HEADS.values(), ids=HEADS.keys())
def test_answer_above_the_head_of_a_mail_in_many_languages(written: str, bold: bool) -> None:  # noqa: FBT001
    head = written.format(us="Shop <us@shop.example>", ann="Ann Lee <ann@post.example>").split("|")
    if bold:
        head = [f"*{name}:*{rest}" for name, _, rest in (line.partition(":") for line in head)]
    answer = "It came broken.\n\nAnn"
    assert take_words(f"{answer}\n\n" + "\n".join([*head, "", "Hello Ann"])) == (answer, True)


@pytest.mark.parametrize(
    "text",
    [
        "Åpent:\nFra: 10\nTil: 18\nStemmer det?",
        "Moj paket:\nPoslano: jučer\nPrima: sestra\nGdje je?",
        "Tarih: pazartesi\nKonu: iade\nNe yapmalıyım?",
    ],
)
def test_lists_that_people_write_stay(text: str) -> None:
    assert take_words(text) == (text, False)


FORWARDED_DANISH = (
    "Se her.\n\nFra: Post <p@post.example>\nSendt: 23. november 2026 10:12\nTil: Ann\nEmne: Pakke\n\n"
    "Din pakke"
)
ANSWERED_FINNISH = (
    "Missä se on?\n\nLähettäjä: Shop <us@shop.example>\nLähetetty: maanantai 23. marraskuuta 2026 10.12\n"
    "Vastaanottaja: Ann\nAihe: Tilaus\n\nHei"
)


@pytest.mark.parametrize("subject", ["VS: Pakke", "Vs: Pakke"])
def test_mark_of_finnish_answers_is_that_of_danish_forwards(subject: str) -> None:
    assert is_forwarded(subject, FORWARDED_DANISH)
    assert not is_forwarded(subject, ANSWERED_FINNISH)
    assert not is_forwarded("SV: Pakke", FORWARDED_DANISH)
    html = FORWARDED_DANISH.replace("<p@", "&lt;p@").replace("example>", "example&gt;").replace("\n", "<br>")
    assert "Din pakke" in take_marked_words(f"<p>{html}</p>", subject)[0]
    assert "Din pakke" not in take_marked_words(f"<p>{html}</p>", "SV: Pakke")[0]


@pytest.mark.parametrize("noise", ["\n" * 39_000, "> \n" * 13_000, "fra:\n" * 8_000, "---\n" * 10_000])
def test_marks_are_looked_for_line_by_line(noise: str) -> None:
    # Each line held against all that follow would take longer than a test may.
    assert not is_forwarded("VS: x", 20 * noise)
    assert SAYS_FORWARDED.search(20 * noise) is None


@pytest.mark.parametrize(
    "line",
    [
        "-------- Videresendt meddelelse --------",
        "----- Vidarebefordrat meddelande -----",
        "-------- Przekazana wiadomość --------",
        "-------- Mensagem reencaminhada --------",
        "----- İletilmiş Mesaj -----",
        "Vidarebefordrat mejl:",
        "Początek przekazywanej wiadomości:",
    ],
)
def test_what_is_passed_on_stays(line: str) -> None:
    text = f"Look.\n\n{line}\n\nFrom: Post <p@post.example>\nTo: Ann\n\nYour parcel is late."
    assert take_words(text) == (text, False)


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
