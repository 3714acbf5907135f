"""What a person wrote newly, apart from what the mail quotes and how it is signed. Pure.

quotequail finds the quoted mail: on made-up replies of Gmail, Outlook, Apple Mail and Thunderbird in
English, German, French and Spanish it did so in all 19 (tests/unit/connectors/email/test_quotes.py); other
languages are brought into English for it (`attributions`). Signatures, and what of a forwarded mail is the
person's word, are our own rules.
"""

# ruff: noqa: RUF001 - letters of other alphabets are meant

from __future__ import annotations

import re
from collections.abc import Mapping

import quotequail

from connectors.email.attributions import DATE, WROTE, announce_notes, restore, translate
from connectors.email.links import write_links
from connectors.email.markup import read_markup

MAX_READ = 40_000  # characters of a mail's text that are looked at
MAX_LINES = 400  # of them, for quotequail: it takes a square of time for lines that look like a mail's head
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
LINES = "-_=*~#+|> \t\n"  # what people draw lines of
INNER = "\ufdd0"  # no sign of any script
DIVIDER = re.compile(r"^\s*[-_=*]{4,}", re.MULTILINE)  # above the mail that is answered
# What phones and programs add by themselves, as the last line.
ADDED = re.compile(
    r"^[(<]{0,2}(sent (from|via|with|by) (my|outlook|yahoo|mail for|mailbox|\[?proton|windows mail"
    r"|samsung|galaxy|huawei|airmail|spark|sparrow|aol|the (all-)?new aol|(a )?(cell)?phone|(a )?mobile"
    r"|(a )?tablet|iphone|ipad)|get outlook for |from my (iphone|ipad|phone|mobile|android)"
    r"|von meinem .{1,40} gesendet|gesendet (mit|von) |diese nachricht wurde von meinem "
    r"|holen sie sich outlook für |outlook für .{1,20} beziehen"
    r"|envoyé (de|depuis) (mon|yahoo)|envoyé à partir de |obtenez outlook pour |télécharger outlook pour "
    r"|enviado desde (mi|el) |enviado do meu |obtener outlook para |obter o outlook para |inviato da "
    r"|verzonden (vanaf mijn|met) |verstuurd vanaf mijn |sendt fra min |skickat från min "
    r"|lähetetty (i|laitteesta)|отправлено (с|из) |надіслано з |wysłane z |wysłano z |odesláno z "
    r"|从我的.{1,20}发送|發自我的|发自我的|從我的|iphoneから送信|나의 iphone에서"
    r"|.{1,20}(imdan|ımdan|umdan|ümdan) gönderildi)"
    r".{0,120}$",
    re.IGNORECASE,
)
# Yahoo's line above a quote, between dashes of its own, which quotequail leaves behind.
YAHOO = re.compile(r"(^|\n)-{2,}\s*On .{1,200}? wrote:?\s*-*\s*$")
DRAWN = re.compile(r"\n\s*[-_=*~#]{4,}\s*$")  # above a quote that begins below it
# quotequail takes Outlook's answers for forwarded mails: both begin with the same lines. Subjects tell.
FORWARDED = re.compile(
    r"^\s*(fwd?|wg|tr|rv|enc|i|vl|doorst|vb|pd|ilt|fs|trs|yml|redir|videresend|továbbítás|πρθ|הועבר|перен"
    r"|إعادة توجيه|转发|轉寄)\.?\s*[:\uff1a]",
    re.IGNORECASE,
)
# Finnish programs answer with the mark that Danish and Norwegian ones forward with: the mail's head tells.
VS = re.compile(r"^\s*vs\s*[:\uff1a]", re.IGNORECASE)
NORDIC_HEAD = re.compile(
    r"^[ \t>*]{0,9}fra\s?\*?:.*\n(.*\n){0,3}?[ \t>*]{0,9}(sendt|dato|til)\s?\*?:",
    re.IGNORECASE | re.MULTILINE,
)
SAYS_FORWARDED = re.compile(
    r"forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato"
    r"|doorgestuurd bericht|mensagem encaminhada"
    # Words that somebody may also write stand between dashes, or before a colon.
    r"|^[> \t]{0,9}-{3,}[ \t]*(videresendt (meddelelse|melding|besked)|vidarebefordrat meddelande"
    r"|välitetty viesti|edelleenlähetetty viesti|message transmis|továbbított üzenet|przekazana wiadomość"
    r"|treść przekazanej wiadomości|mensagem reencaminhada|mesaj redirecționat|přeposlaná zpráva"
    r"|preposlaná správa|proslijeđena poruka|iletil(miş mesaj|en ileti)|перенаправленное сообщение"
    r"|переслане повідомлення|перенаправлене повідомлення)\b"
    r"|^[> \t]{0,9}(vidarebefordrat mejl|videresendt melding|start på videresendt besked"
    r"|välitetty viesti alkaa|début du message réexpédié|továbbított levél kezdete"
    r"|początek przekazywanej wiadomości|início da mensagem (reen|en)caminhada|začátek přeposílané zprávy"
    r"|začiatok preposlanej správy|începe mesajul redirecționat|započni proslijeđenu poruku|ileti başlangıcı"
    r"|начало переадресованного сообщения|початок листа, що пересилається)\s?:",
    re.IGNORECASE | re.MULTILINE,
)


def is_forwarded(subject: str, text: str = "") -> bool:
    """Tell whether a mail passes another one on, by its subject; where that may mean both, by its `text`."""
    if VS.match(subject):
        return NORDIC_HEAD.search(text[:MAX_READ]) is not None
    return FORWARDED.match(subject) is not None


def take_words(plain: str, *, forwarded: bool = False) -> tuple[str, bool]:
    """Return the new words of a plain text, and whether something was quoted.

    A `forwarded` mail is what the person wants to show: it stays. Where nothing is left, everything stays:
    an answer written between the lines of the quote is of those.
    """
    text = plain[:MAX_READ].replace("\r\n", "\n").strip()
    if forwarded or SAYS_FORWARDED.search(text):
        return text, False
    head, rest = split_lines(text, MAX_LINES)
    english, translated = translate(announce_notes(head))
    found = quotequail.unwrap(hide_inner(english)) if text else None
    if not found or is_own_list(found, english):
        return cut_signature(text), False
    following = f"{found['text_bottom']}\n{rest}" if found.get("text_bottom") else ""
    above, below = (cut_signature(each) for each in (found.get("text_top") or "", following))
    below = "" if SIGNATURE.match(below) else below
    own = "\n\n".join(part for part in (DRAWN.sub("", YAHOO.sub("", above)).rstrip(), below) if part)
    own = restore(own.replace(INNER, ""), translated)
    return (own, True) if own.strip(LINES) else (text, False)


def split_lines(text: str, most: int) -> tuple[str, str]:
    """Return the first lines of a text, and the others."""
    lines = text.split("\n")
    return "\n".join(lines[:most]), "\n".join(lines[most:])


def hide_inner(text: str) -> str:
    """Return a text with a mark in the quotes that are announced.

    quotequail would take a quote's own first line, which announces another, for the one that counts, and
    everything below it for quoted.
    """
    lines: list[str] = []
    announced = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        lines.append(f">{INNER}{line[1:]}" if quoted and announced else line)
        if line.strip() and not quoted:
            announced = line.rstrip().endswith(":") and WROTE.search(line) is not None
    return "\n".join(lines)


def is_own_list(found: Mapping[str, str], text: str) -> bool:
    """Tell whether what was taken for the head of a mail are lines that somebody wrote: a journey, a parcel.

    A mail's own has an address, or a date, or stands below a line that programs draw.
    """
    if found.get("type") != "forward" or DIVIDER.search(text):
        return False
    people = f"{found.get('from', '')} {found.get('to', '')}"
    return "@" not in people and DATE.search(found.get("date", "")) is None


def take_marked_words(html: str, subject: str = "") -> tuple[str, bool]:
    """Return the new words of an HTML text, and whether a quote or a marked signature was left out."""
    own, everything, addresses = read_markup(html)
    if is_forwarded(subject, everything):
        return write_links(everything[:MAX_READ], addresses), False
    new, marked = (own, True) if own and own != everything else (everything, False)
    text, quoted = take_words(new)
    return write_links(text, addresses), quoted or marked


def cut_signature(text: str) -> str:
    """Return text without its signature, unless that is all there is."""
    at = find_signature(text)
    kept = (text[: at.start()] if at else text).rstrip()
    lines = kept.split("\n")
    while lines and (not lines[-1].strip() or ADDED.match(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines).strip() or text.strip()


def find_signature(text: str) -> re.Match[str] | None:
    """Return the line that begins a signature. Without its blank at the end, several only set lines apart."""
    found = list(SIGNATURE.finditer(text))
    proper = [each for each in found if each[0].endswith(" ")]
    return next(iter(proper), None) or (found[0] if len(found) == 1 else None)


def unflow(text: str, *, drop_blank: bool) -> str:
    """Join the lines that a program broke only for the way (RFC 3676); quoted lines stay."""
    joined: list[str] = []
    open_line = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        quoted = raw.startswith(">")
        line = raw.removeprefix(" ")  # one blank stands before lines that begin with one
        if open_line and not quoted:
            joined[-1] += line
        else:
            joined.append(line)
        soft = line.endswith(" ") and line != "-- " and not quoted
        if soft and drop_blank:
            joined[-1] = joined[-1][:-1]
        open_line = soft
    return "\n".join(joined)
