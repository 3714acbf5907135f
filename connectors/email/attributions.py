"""Lines that announce a quoted mail, in languages that quotequail does not read. Pure.

They are brought into English before it looks, and back in what it leaves. A line counts that ends with a
colon and holds a date and a time or an address, beside a word for "wrote" or just before the colon: what a
person writes has seldom all of that. A block counts from two of a mail's own headers on, one below the other.
"""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LONGEST = 300  # characters of a line that is looked at
WROTE = re.compile(
    r"написал|пишет|пише\b|написав|писал|napisał|napsal|napísal|yazdı|kirjoitti|írta|ha scritto|a scris\b"
    r"|έγραψε|skrev|schreef|geschreven|schrieb|escreveu|escribió|a écrit|写道|寫道|작성|menulis|đã viết"
    r"|rašė|rakstīja|pisze|napisao|je napisal|wrote|writes|\bот\b|написа\b|missatge de|のメール|เขียนว่า"
    r"|ने लिखा|מאת",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{1,4}[./年년-]\s?\d{1,2}|\b(19|20|25)\d\d\b")  # also Thai years
MOMENT = re.compile(r"\d{1,2}[:.]\d{2}\b|[^\s@<>]+@[^\s@<>]+\.\w")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # marks in lines of Hebrew and Arabic
ADDRESSED = re.compile(r"<[^\s<>@]+@[^\s<>@]+>\s*[:\uff1a]$")
DASHES = re.compile(
    r"^\s*-{3,}\s*(исходное сообщение|пересылаемое сообщение|messaggio originale|mensagem original"
    r"|original-nachricht"
    r"|oprindelig (meddelelse|besked)|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti"
    r"|původní zpráva|pôvodná správa|wiadomość oryginalna|oryginalna wiadomość|orijinal ileti"
    r"|message d.origine|原始邮件|原始郵件|원본 메시지|eredeti üzenet|mesaj original|元のメッセージ)"
    r"\s*-{3,}\s*$",
    re.IGNORECASE,
)
# Zoho puts the whole announcement between dashes.
DASHED = re.compile(r"^\s*-{3,}\s+(?P<said>\S.*\S)\s+-{3,}\s*$")
# Without a date or an address: only straight above what is quoted.
BARE = re.compile(rf"^(?!I |You )[^\s>].{{0,120}}({WROTE.pattern})\s?[:\uff1a]$", re.IGNORECASE)
ORIGINAL = "-----Original Message-----"
MOST_LINES = 3  # that programs break an announcement into
# Notes sets the sender, the time and its labels each on a line of their own, older versions in a table.
NOTES_TO = re.compile(r"^\s*(to|an|a|à|para|till|til|aan|do|komu)\s*$", re.IGNORECASE)
NOTES_SUBJECT = re.compile(
    r"^\s*(subject|betreff|obj[e]t|oggetto|asunto|assunto|onderwerp|ämne|emne|temat)\s*$", re.IGNORECASE
)
NOTES_DATE = re.compile(
    r"^\s*(sent by:.*|\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d{2}.{0,9})$", re.IGNORECASE
)
NOTES_TABLE = re.compile(r"^\s*\|-{5,}\+-{10,}>?\s*$")
NOTES_LINES = 12  # of a mail's head there
LABELS = {
    "From": (
        "от|da|od|kimden|gönderen|fra|lähettäjä|feladó|de la|expeditorul|από|šalje|saatja|nadawca|mittente"
        "|отправитель|від кого|من|từ|差出人|发件人|發件人|寄件者|보낸 사람|від"
    ),
    "Sent": (
        "отправлено|дата|inviato|data|odesláno|odoslané|wysłano|gönderildi|gönderilen|sendt|dato|lähetetty"
        "|elküldve|dátum|trimis|trimis la|στάλθηκε|ημερομηνία|送信日時|日時|发送时间|發送時間|日期"
        "|보낸 날짜|날짜|надіслано|відправлено|изпратено|wysłane|tarih|gönderme tarihi|päivämäärä|päiväys"
        "|dată|poslano|saadetud|išsiųsta|enviat el|المرسلة|التاريخ|ngày"
    ),
    "To": (
        "кому|a|komu|do|kime|til|vastaanottaja|címzett|către|προς|prima|pre|destinatarul|adresat|per a|إلى"
        "|đến|宛先|收件人|收件者|받는 사람"
    ),
    "Subject": (
        "тема|относно|oggetto|předmět|predmet|temat|konu|emne|aihe|tárgy|subiect|subiectul|assunto|assumpte"
        "|naslov|teema|zadeva|θέμα|الموضوع|chủ đề|件名|主题|主題|主旨|제목"
    ),
}
LABEL = re.compile(
    r"^\s*\*{0,2}(?:" + "|".join(f"(?P<{name}>{words})" for name, words in LABELS.items()) + r")"
    r"\*{0,2}\s?[:\uff1a]\*{0,2}\s*(?P<rest>\S.*)$",
    re.IGNORECASE,
)


def translate(text: str) -> tuple[str, dict[str, str]]:
    """Return a text with such lines in English, and what each of them was."""
    found: dict[str, str] = {}
    lines: list[str] = []
    for said, english in read_lines(text.split("\n")):
        lines.append(english)
        if english != said:
            found[english] = said
    return "\n".join(lines), found


def restore(text: str, found: dict[str, str]) -> str:
    """Return the lines of a text that were translated as they were."""
    for english, said in found.items():
        text = text.replace(english, said)
    return text


def announce_notes(text: str) -> str:
    """Return a text with a line above the mail that Notes quotes below an answer."""
    lines = text.split("\n")
    at = next(
        (number for number in range(len(lines)) if is_notes_head(lines[number : number + NOTES_LINES])), None
    )
    return text if at is None else "\n".join([*lines[:at], ORIGINAL, *lines[at:]])


def is_notes_head(lines: Sequence[str]) -> bool:
    """Tell whether lines begin with the head of a mail as Notes shows it."""
    if NOTES_TABLE.match(lines[0]):
        return True
    if not lines[0].strip() or len(lines) == 1 or not NOTES_DATE.match(lines[1]):
        return False
    to = next((number for number, line in enumerate(lines) if NOTES_TO.match(line)), len(lines))
    return any(NOTES_SUBJECT.match(line) for line in lines[to:])


def read_lines(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each line, or the two that are one announcement, with its English."""
    at = 0
    while at < len(lines):
        taken = count_announcing(lines, at)
        if taken:
            said = "\n".join(lines[at : at + taken])
            yield said, f"On {' '.join(said.split())[:-1]} wrote:"
        else:
            yield lines[at], translate_line(lines, at)
        at += taken or 1


def count_announcing(lines: Sequence[str], at: int) -> int:
    """Return how many lines from here on are one announcement, which programs break for the way; or none."""
    if announces(lines[at]) or stands_above_quote(lines, at):
        return 1
    begun = DATE.search(lines[at]) or (WROTE.search(lines[at]) and MOMENT.search(lines[at]))
    broken = begun and at + 1 < len(lines) and not announces(lines[at + 1])
    if broken and announces(f"{lines[at]} {lines[at + 1].strip()}"):
        return 2
    parts = [line.strip() for line in lines[at : at + MOST_LINES]]
    whole = " ".join(parts)
    torn = parts[0].startswith("On ") and all(parts) and parts[-1] == "wrote:" and len(whole) <= LONGEST
    return len(parts) if torn and MOMENT.search(whole) else 0


def stands_above_quote(lines: Sequence[str], at: int) -> bool:
    """Tell whether a line is a paragraph that only says who wrote, above lines that are quoted."""
    below = next((line for line in lines[at + 1 : at + 3] if line.strip()), "")
    alone = at == 0 or not lines[at - 1].strip()
    return alone and below.startswith(">") and BARE.match(lines[at].strip()) is not None


def announces(line: str) -> bool:
    """Tell whether a line says who wrote what follows, and when."""
    line = DIRECTIONS.sub("", line).strip()
    if len(line) > LONGEST or not line.endswith((":", "\uff1a")) or line.startswith((">", "On ")):
        return False
    if not (DATE.search(line) and MOMENT.search(line)):
        return False
    return WROTE.search(line) is not None or ADDRESSED.search(line) is not None


def translate_line(lines: Sequence[str], at: int) -> str:
    """Return a line of dashes, or a header that stands in a block of them, in English; any other as it is."""
    line = lines[at]
    if len(line) > LONGEST:
        return line
    if DASHES.match(line):
        return ORIGINAL
    dashed = DASHED.match(line)
    if dashed and announces(f"{dashed['said'].removeprefix('On ')}:"):
        return f"On {dashed['said']} wrote:"
    label = LABEL.match(line)
    if label is None or not any(is_label(lines, near) for near in (at - 1, at + 1)):
        return line
    return f"{name_label(label)}: {label['rest']}"


def is_label(lines: Sequence[str], at: int) -> bool:
    """Tell whether a line is one of a mail's headers."""
    return 0 <= at < len(lines) and len(lines[at]) <= LONGEST and LABEL.match(lines[at]) is not None


def name_label(label: re.Match[str]) -> str:
    """Return the English name of a header."""
    return next(name for name in LABELS if label[name])
