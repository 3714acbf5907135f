"""Wishes for a person in German and Spanish, as `wish_words` has them in English.

Few, and plain ones: who writes in a language that the bot was not taught has nobody else to turn to.
"""

from __future__ import annotations

import re

_WER = (
    "(?:(?:eine?[nmr]?|de[nmr]|die|ihr(?:e[nmr]?)?|eue?r(?:e[nmr]?)?|irgend) )?"
    "(?:(?:echt|richtig|wirklich|menschlich|zuständig|kompetent|live|lebend)(?:e[nmrs]?"
    "|ig(?:e[nmr]?)?)? )*"
)
_MENSCH = (
    "(?:menschen?|mitarbeiter(?:in|n)?|person|kolleg(?:en?|in)|berater(?:in|n)?|kundenberater(?:in)?"
    "|ansprechpartner(?:in)?|vorgesetzten?|chef|techniker|sachbearbeiter(?:in)?)"
)
_STELLE = "(?:kundendienst|kundenservice|kundenbetreuung|support|team|service)"
_JEMAND = "(?:jemand(?:en|em)?|irgendwe[rnm])(?! ander)"
WER = f"(?:{_WER}(?:{_MENSCH}|{_STELLE})|{_JEMAND})"
_BITTE = (
    r"(?:(?:bitte|jetzt|endlich|sofort|doch|mal|nur|einfach|lieber|gerne?|mich|mir|uns|sie|ich|wieder) )*"
)
_ENDE = r"(?=$| [.,?]| (?:bitte|jetzt|endlich|sofort|der|die|und|sprechen|reden|haben|kein|keinen)\b)"

_QUIEN = (
    "(?:(?:una?|el|la|algún|algun|su|vuestro|otro) )?(?:ser )?(?:persona|human[oa]|agente|asesora?"
    "|representante"
    "|operadora?|encargad[oa]|supervisora?|emplead[oa]|técnico|tecnico|gerente|responsable)"
)
_AYUDA = "(?:atenci[oó]n al cliente|(?:su|el|vuestro) (?:equipo|soporte)|soporte)"
QUIEN = f"(?:{_QUIEN}|alguien(?! m[aá]s)|{_AYUDA})(?: (?:real|human[oa]|de verdad|del equipo|de soporte))*"
_YA = "(?:(?:por favor|ya|ahora|yo|poder|mejor|directamente|solo) )*"
_FIN = r"(?=$| [.,?]| (?:por favor|ya|ahora|real|que|y|no)\b)"

WISHES = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"\b(?:möchte|moechte|will|würde|wuerde|kann|könnte|koennte|darf|muss|hätte|haette"
            rf"|wünsche|lasst?|lassen"
            rf"|gerne?|bitte|lieber|endlich|sondern) (?:(?!nicht|nie|kein)\w+ ){{0,5}}?mit {WER}"
            rf" (?:(?!nicht)\w+ ){{0,3}}?"
            r"(?:sprechen|reden|telefonieren|schreiben|chatten|unterhalten|verbunden)\b"
        ),
        rf"\bsondern mit {WER}\b",
        (
            rf"\b(?:verbinde(?:n sie|t)?|leite(?:n sie|t)?|stelle?(?:n sie|t)?|gib|gebe?n? sie|gebt"
            rf"|hole?(?:n sie|t)?"
            rf"|reiche?(?:n sie|t)?) {_BITTE}(?:weiter |durch )?(?:mit |an |zu )?{WER}(?! ander)\b"
        ),
        (
            rf"\b(?:will|möchte|moechte|brauche|verlange|wünsche|hätte) {_BITTE}(?:eine?[nmr]? "
            rf"(?:(?:echt|richtig|wirklich|menschlich)\w* )*{_MENSCH}|{_JEMAND}){_ENDE}"
        ),
        r"\b(?:rufen sie|rufe?|ruft) (?:mich|uns) (?:(?!nicht|nie)\w+ ){0,4}?(?:an|zurück|zurueck)\b",
        (
            rf"\b(?:kann|könnte|koennte|soll) {_BITTE}{WER} {_BITTE}(?:(?!nicht)\w+ ){{0,2}}?"
            r"(?:anrufen|zurückrufen|kontaktieren|übernehmen|melden)\b"
        ),
        (
            rf"\b(?:kann|könnte|koennte|soll) {_BITTE}{_WER}{_MENSCH} {_BITTE}(?:(?!nicht)\w+ ){{0,2}}?"
            r"(?:helfen|ansehen|anschauen|antworten)\b"
        ),
        rf"\b(?:bitte um|möchte|will|brauche|wünsche) {_BITTE}(?:einen |um )?rückruf\b",
        (
            r"\b(?:nicht|kein\w*|nie) (?:\w+ ){0,2}?mit (?:eine[mr]|diese[mr]|dem|der) (?:bot"
            r"|roboter|maschine|computer|ki)"
            r" (?:sprechen|reden|schreiben|chatten)\b"
        ),
        (
            rf"\b(?:quiero|quisiera|necesito|gustaría|gustaria|puedo|podría|podria|d[eé]j[ae]me"
            rf"|exijo|prefiero|prefería"
            rf"|posible|deseo|quería|prefiero|ocupo) {_YA}(?:hablar|chatear|comunicarme|contactar)"
            rf" {_YA}(?:con |a )"
            rf"{QUIEN}\b(?! (?:por (?:zoom|videollamada)|en (?:una )?llamadas?|mientras))"
        ),
        (
            rf"\b(?:pás[ae]|pas[ae]|comuníqu?[ae]|comuniqu?[ae]|con[eé]ct[ae]|transfi[eé]r[ae]"
            rf"|pón(?:ga)?|pon(?:ga)?|p[aá]se"
            rf"|d[ae]|dé|mand[ae]|mánd[ae])(?:n)?(?:me|nos) {_YA}(?:con |a )?{_YA}{QUIEN}{_FIN}"
        ),
        (
            rf"\b(?:quiero|necesito|prefiero|exijo) {_YA}(?:a )?(?:{_QUIEN}|alguien real)(?: (?:real"
            rf"|human[oa]))?{_FIN}"
        ),
        (
            r"\b(?:ll[aá]m[ae]n?me(?:n)?|que (?:alguien )?me llamen?|(?:pueden|puede|podrían|podría"
            r"|podrian|podria)"
            r" llamarme|me (?:pueden|puede|podrían|podría) llamar)\b"
        ),
        rf"\b(?:puede|podría|podria) (?:{QUIEN}) (?:llamarme|atenderme|contactarme)\b",
        rf"\b(?:puede|podría|podria) (?:{_QUIEN}) (?:ayudarme|contestarme|responderme)\b",
        r"\bno quiero (?:hablar|chatear) con (?:un|una|este|esta) (?:bot|robot|máquina|maquina)\b",
    )
)
"""As in English; what stands in a wish itself is never a "no"."""

ALONE = re.compile(
    rf"(?:(?:bitte|jetzt|nur|also|ok|hallo) )*{_WER}{_MENSCH}(?: (?:bitte|jetzt|sofort))*"
    rf"|(?:(?:por favor|hola|ok) )*{_QUIEN}(?: real)?(?: (?:por favor|ya|ahora))*"
)

TAKEN_BACK = re.compile(
    r"\b(?:nicht|nie|ohne|statt|no|nunca|tampoco|sin|ni)(?: (?:zu|bitte|hace falta|es necesario"
    r"|necesito|quiero|para"
    r"|que|me|por favor|se|le|les|lo|unbedingt))* ?$"
)
