"""Words by which somebody wishes for a person, as patterns over what `wish_reading` makes of a text.

There words are lower case and one blank apart, contractions are written out ("do not", "i would"), and `.`,
`?` and `,` stand alone between clauses. Every pattern names a wish that is said, never a mood; the words in
front of it, which may take it back, are looked at afterwards.
"""

from __future__ import annotations

import re

_SOFT = (
    "(?:(?:please|just|now|finally|kindly|maybe|actually|directly|simply|really|still|also|then|quickly"
    "|immediately|perhaps|only|rather|instead|again|today|better|even|right|much) )*"
)
_OF_WHAT_KIND = (
    "(?:(?:real|live|actual|human|proper|normal|genuine|competent|senior|true|living|different"
    "|responsible"
    "|service|support|sales|customer|tech|technical|qualified|nice|friendly|helpful|more) )*"
)
_WHO = (
    "(?:person|human being|human|agent|advisor|consultant|representative|operator|employee|manager"
    "|supervisor|boss|colleague|technician|expert|specialist|staff member|team member|superior"
    "|team leader|admin|administrator|member of (?:the |your )?(?:team|staff|support)(?: team)?)"
)
_PEOPLE_OF_YOURS = (
    "(?:people|staff|team|agents|colleagues|experts|technicians|employees|managers|humans|guys|lot)"
)
_SIDE = (
    "(?:your |the |customer |human |technical |live )*(?:team|support|staff|service|care|company"
    "|side|office"
    "|department|brand|shop)(?: (?:team|staff|department|desk))?"
)
PERSON = (
    f"(?:(?:(?:a|an|the|any|one|another|your|some) )?{_OF_WHAT_KIND}{_WHO}s?"
    f"|one of (?:your|the) {_PEOPLE_OF_YOURS}|one of you"
    "|(?:someone|anyone) (?:real|human|competent|alive|in charge|responsible|with authority"
    f"|(?:from|in|on|of|at) {_SIDE})"
    f"|people)(?: of yours| in charge| from {_SIDE})?"
)
"""Who can only be a person of the brand, or any person at all."""
SUPPORT = (
    "(?:(?:human|live|real|customer|technical) (?:support|service|care|help|assistance"
    "|intervention)|support (?:staff|team)"
    "|customer (?:service|support) (?:team|staff|desk))(?: (?:agent|person|representative))?"
)
TEAM = (
    f"(?:(?:your|the) {_OF_WHAT_KIND}(?:support|team|staff|customer service|people)(?: team| staff)?|support)"
)
SOMEONE = "(?:someone|anyone)"
"""Who may be anybody: what follows decides."""
_HERE = (
    r"(?=$| [.,?]| (?:please|now|about|from|today|asap|here|who|that|instead|right|immediately"
    r"|directly|by phone"
    r"|(?:on|over) the phone|urgently|in person|because|and|but|so|regarding|tomorrow|this|quickly"
    r"|soon|or|at"
    r"|for (?:help|a|my|this)|not|to help|as soon|i|would)\b)"
)
_TO_HELP = (
    "to (?:help|look|talk|speak|call|contact|read|sort|answer|check|handle|take (?:over|this|it"
    "|care)|deal|assist|solve|explain|chat"
    "|review|respond|reply|reach|step|message|write|get back)"
)
_AFTER = (
    r"(?=$| [.,?]| (?:please|now|who|that|here|asap|today|on (?:the|this|it)|for|from|not|instead"
    r"|because|or|and"
    rf"|but|right|this|at|immediately|as soon|i|with (?:this|it|my)|urgently|again|so|{_TO_HELP})\b)"
)
_ANY = f"(?:{PERSON}|{SUPPORT}|{TEAM}|{SOMEONE}{_HERE})"
_SURE = f"(?:{PERSON}|{SUPPORT})"

_WANT = (
    f"(?:(?:want|need|like|love|prefer|wish|demand|have|insist|hope|hoping|looking|trying|request"
    f"|asked|asking"
    f"|expect|ask|better|rather|willing) {_SOFT}(?:to |on |for )?(?:be able to )?"
    f"|(?:will|shall) only |know (?:if|when) i can |(?:can|could|may|might)(?: not)? (?:i|we) |how"
    f" (?:can|do|could|would) i |let (?:me|us) "
    "|possible (?:for me )?to |way (?:for me )?to |allow me to )"
)
_A_WORD = (
    "(?:(?:real|proper|quick|short|normal|brief|phone|private) )?"
    "(?:word|chat|talk|conversation|call|appointment)"
)
_TALK = (
    f"(?:(?:talk|speak|chat|write|converse|communicate|discuss|deal|talking|speaking|chatting"
    f"|dealing|have (?:an? )?{_A_WORD}"
    f"|an? {_A_WORD}|be (?:connected|transferred|put through|put|forwarded|passed|handed|redirected"
    f"|in touch|served"
    "|helped)|get (?:in touch|connected|through|transferred|put through|help|support|assistance)"
    "|get hold|settle"
    "|sort (?:this|it) out|solve (?:this|it)|explain)(?: (?!not )[\\w']+){0,4}? (?:to|with|by|from|of|on)"
    "|message|reach|contact|call|phone|ring|ask)"
)
_ME = "(?:me|us)"
_MY_CASE = (
    "(?:this|it|that|my (?:case|question|issue|complaint|chat|conversation|problem|ticket|request"
    "|matter|message"
    "|call)|the (?:case|chat|conversation|matter|call|issue)|this (?:case|chat|conversation|matter"
    "|issue))"
)
_CONTACT = (
    "(?:(?:call|ring|phone|contact|text|message|email|telephone)(?: back)? (?:me|us)|write (?:to"
    " )?(?:me|us)"
    "|reach out(?: to me)?|get (?:back to|in touch with) (?:me|us)|get in touch|give me a (?:call|ring)"
    "|(?:talk|speak|reply) (?:to|with) (?:me|us)|chat with (?:me|us)|take (?:this )?over|take care"
    " of (?:this|my))"
)
_CARE = (
    f"(?:{_CONTACT}|help(?: me| us| out| with|$| [.,?])|assist|look (?:at|into|over)|read (?:this"
    f"|it|my|and)|answer"
    "|reply|respond|handle|deal with|sort (?:this|it)|review|join|step in|jump in|(?:have|take) a"
    " look|investigate)"
)
_BOT = "(?:bot|robot|machine|computer|ai|chatbot|software|program|automat\\w*)"
_CALLED = (
    r"(?=$| [.,?]| (?:please|now|today|tomorrow|asap|about|at|on|under|immediately|as soon|i"
    r"|urgently|this"
    r"|instead|or)\b)"
)
_START = (
    "(?:^|(?<=[.,?] )|(?<=\\bplease )|(?<=\\bjust )|(?<=\\bnow )|(?<=\\bso )|(?<=\\band )|(?<=\\bthen )"
    "|(?<=\\bbut )|(?<=\\bok )|(?<=\\bhi )|(?<=\\bno )|(?<=\\bor )|(?<=\\bhello )|(?<=\\bsolved )"
    "|(?<=\\bhelpful ))"
)

WISHES = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"\b{_WANT}{_SOFT}{_TALK} {_SOFT}{_ANY}(?!')\b(?! (?:on zoom|while|on a call|through"
            rf" (?:it|the)|with the"
            r"|(?:on|over) the phone (?:through|with the|by|hands|while)))"
        ),
        (
            rf"\b(?:connect|transfer|put|pass|switch|forward|redirect|hand|escalate|route|patch"
            rf"|refer|hook|link|send|get"
            rf"|bring|turn|direct) {_ME} {_SOFT}(?:up |over |on |through |back |straight |in touch "
            rf"|in contact )*"
            rf"(?:to|with|onto) {_SOFT}{_ANY}(?!')\b"
        ),
        (
            rf"\b(?:hand|pass|escalate|forward|transfer|refer|redirect|give) {_MY_CASE} {_SOFT}"
            rf"(?:over |on |up )*(?:to|with) {_SOFT}(?!another|any)(?:{_SURE}|{TEAM})(?!')\b"
        ),
        rf"\b(?:transfer|connect|forward) {_ME}{_CALLED}",
        (
            rf"\b(?:put {_ME} through|hand {_ME} over|pass {_ME} on|escalate (?:this|it|my \w+)"
            rf"|(?:want|like|need) {_MY_CASE} escalated|{_MY_CASE} be escalated){_CALLED}"
        ),
        (
            rf"\b(?:can|could|want|like|need) {_MY_CASE} (?:be |to be )?(?:escalated|passed|handed"
            rf"|given) (?:over |on )*to {_ANY}"
        ),
        (
            rf"\b(?:get|put|bring|call) (?:{_SURE}|(?<!call ){SOMEONE}) (?:here|in|on|over here|on"
            rf" the (?:phone|line)"
            rf"|to the (?:phone|chat)){_CALLED}"
        ),
        (
            rf"\b(?:(?:want|need|demand|prefer|require|request|expect|would like|(?:ask|asked"
            rf"|asking) for|said|insist on"
            rf"|(?:can|could|may) (?:i|we) {_SOFT}(?:have|get)|get|find|fetch|give {_ME}|send {_ME}"
            rf"|bring {_ME}) {_SOFT}"
            rf"(?:to have |to see |to get |for |{_ME} |you to get {_ME}? ?)?{_SOFT}{_SURE}{_AFTER})"
        ),
        (
            rf"\b(?:(?:get|give|find|fetch|bring|send|want|need|would like|prefer) (?:{_ME}"
            rf" )?{_SOFT}{SOMEONE}"
            r"(?: to (?:talk|speak|chat|call|contact|reach|message|write|get back|answer|respond"
            r"|reply|take over)\b"
            r"| to help me(?=$| [.,?])| who (?:can|is able to|knows how to) (?:\w+ )?help(?:"
            r" me)?(?=$| [.,?])"
            r"|(?=$| [.,?]| (?:please|now|here|real|instead|asap|on the (?:phone|line))\b)))"
        ),
        (
            rf"\b(?:can|could|would|may|please|want|need|like|expect|have|let|get|prefer|for"
            rf"|should) {_SOFT}"
            rf"(?:(?:{_SURE}) (?:please |to )*{_SOFT}{_CARE}|(?:{SOMEONE}|{TEAM}) (?:please |to"
            rf" )*{_SOFT}{_CONTACT})"
        ),
        (
            rf"\b(?:(?:{_SURE}) (?:should|must|needs? to|has to|have to|please|ought to) {_SOFT}{_CARE}"
            rf"|(?:{SOMEONE}|{TEAM}) (?:should|must|needs? to|has to|have to|please|ought to)"
            rf" {_SOFT}{_CONTACT})"
        ),
        (
            rf"(?:{_START}|(?<=\bcan you )|(?<=\bwill you )|(?<=\bcould you )|(?<=\bwould you )){_SOFT}"
            rf"(?:call|ring|phone|telephone) me(?: back)?{_CALLED}"
        ),
        (
            rf"\b(?:want|need|like|expect|request|demand|arrange|schedule|book|(?:can|could) (?:i"
            rf"|we|you) {_SOFT}"
            rf"(?:have|get|request|arrange|give {_ME})) {_SOFT}(?:to (?:receive|get|request|have)"
            rf" )?(?:a |an |your )?"
            r"(?:urgent |phone )?(?:call ?back|(?<=phone )call|call(?= from| from you| back| please"
            r"|$| [.,?])"
            r"|to be called(?: back| (?=by (?:an?|one|someone|your) )|(?=$| [.,?])))"
        ),
        r"\bgive me a (?:call|ring|callback)\b(?! cent)",
        (
            rf"\b(?:not|no longer|refuse to|hate|tired of|sick of|done|fed up with) (?:[\w']+ ){{0,3}}?"
            r"(?:talk|speak|chat|deal|communicate|discuss|argu|writ)\w* (?:to|with) (?:[\w']+ ){0,2}?"
            rf"{_BOT}\b(?! ,? ?am i)"
        ),
        (
            rf"\b(?:is (?:not |no )?there|do you have|have you got) (?:not |no )?(?:any |perhaps "
            rf"|maybe |really )*(?:{_SURE}|{SOMEONE})(?: here| there"
            rf"| available)*(?: (?:that |who )?(?:i|we) (?:can|could|may|might) {_SOFT}"
            r"(?:talk|speak|chat|contact|call|write|turn|reach|ask|discuss)| to (?:talk|speak|chat)"
            r"| who can (?:\w+ )?(?:help|call|talk|answer|assist))\b"
        ),
        (
            rf"\bis (?:{_SURE}|{SOMEONE}) (?:there|here|around|available) (?:who|that) can (?:\w+"
            rf" )?(?:help|talk|answer)\b"
        ),
        (
            rf"\bis (?:{_SURE}|{SOMEONE}) (?:here |there |around |free |available )+to (?:talk|speak"
            rf"|chat|help me)\b"
        ),
        rf"\bis there no {_WHO}\b",
        (
            rf"\bwhom? (?:can|could|do|should|must|may) i {_SOFT}(?:have to |need to )?"
            r"(?:talk|speak) (?:to|with)(?=$| [.,?]| to (?:get|reach|have)\b| for a\b| around\b| here\b)"
        ),
        (
            rf"{_START}{_SOFT}(?:talk|speak|chat|connect|transfer|contact|live chat)(?: me)? (?:to |with"
            rf" )?(?:{_ANY}){_AFTER}"
        ),
        rf"\b(?P<again>{_WHO})(?: (?P=again))+\b",
    )
)
"""What says that its author wants a person now; whether "a person" is one of ours, what follows tells."""

ALONE = re.compile(
    r"(?:(?:ok|so|then|but|and|just|please|now|only|hi|hello|hey|well|this time|i said|omg|ffs|argh"
    r"|ugh|seriously"
    r"|come on|wrong|useless|not helpful|nice try|sorry|thanks|still) )*"
    rf"(?:(?:a|an|the|your) )?(?:{_OF_WHAT_KIND}{_WHO}s?(?: {_WHO})*|{SUPPORT}|someone real|live"
    rf" chat|person and not a bot)"
    r"(?: (?:please|now|asap|not (?:a |an )?(?:bot|robot|machine)|immediately|today|here|instead"
    r"|only|thanks))*"
)
"""A clause that names a person and nothing else, unless it is a question."""

TAKEN_BACK = re.compile(
    r"(?:\b(?:not|never|used to|without|nor|nobody|neither|instead of|rather than|avoid|no (?:need"
    r"|reason|longer|point)"
    r"|not (?:think|feel|believe|sure|necessary|know) (?:that |if |whether |why )?i)"
    r"(?: (?:to|have|has|need|want|wish|you|please|even|really|actually|any|ever|like|be|going"
    r"|trying|asking|for"
    r"|being|that|necessarily|just|yet|right|now|of|necessary|us|me))*"
    r") ?$"
)
"""Words straight in front of a wish by which it is none: "I do not …"."""
NOT_MEANT = re.compile(
    r"\b(?:(?:do|did|does|would|should|must|if|whether|unless|in case|when|once) (?:i|we|you"
    r"|people|customers|one)"
    r"(?: really| even| still| ever| would)*) (?:want|need|have|like|prefer|wish|love|expect)\b"
    r"|\bwhat (?:can|could|do|would|will|should) (?:you|i) call"
    r"|\bwhen (?:can|could|may|do) (?:i|we) (?:reach|call|phone|ring|contact)\b"
)
"""How a wish begins that nobody has: "do I need …", "if I want …"."""
NOT_REALLY_TAKEN_BACK = re.compile(
    r"\bwhy (?:do|can|could|would|will)(?: you| i| we)? not(?: you| i| we)?(?: please| just)* $"
)
"""Where "not" asks for it all the more."""
