"""Words that tell of faults, waiting, insults, thanks and praise whatever the trade: few, and frequent.

What a kind says for or against a complaint is learned; here is only which words are of one kind, so that a
word which no post of the training data holds still counts.
"""

from __future__ import annotations

from types import MappingProxyType

_WORDS = MappingProxyType(
    {
        "fault": """
            break broke broken bug buggy bust* crack cracked cracks crash* damag* dead defect*
            disconnect* error expired fail* fault faulty flaw* freeze* freezing frozen glitch* lag laggy
            leak* lost malfunction* mess mildew missing mould mold mouldy moldy nightmare
            outage* overcharg* overheat* problem problems rattl* reject* refus* ripped rotten
            ruin* rust* shatter* smashed smells snapped stained stale stolen stuck torn unable
            unavailable unusable useless vanish* wrong wreck*
        """,
        "insult": """
            absurd angry annoy* appal* awful bandits bullshit cheat* chancers clown* con cowboys
            crap crooks diabolical disappoint* disgrac* disgust* dishonest disrespect* dreadful
            embarrassing fraud* frustrat* fuming furious garbage ghastly gutted hopeless
            horrendous horribl* horrid idiot* incompeten* infuriat* insult* joke laughable liar*
            lie lied lies lying ludicrous mislead* muppets nonsense outrag* pathetic pissed poor
            ridiculous robbery robbers rubbish rude scam* scandal* shambles shame shameful shit*
            shock* shoddy sloppy stupid suck sucks terribl* thief thieves trash unaccept*
            unbeliev* unfair unhappy unhelpful unprofessional unreal unreliable upset waste
            wasted worse worst wtf
        """,
        "waiting": """
            await* chase chasing delay* forever hold late overdue queue* slow still wait waited
            waiting
        """,
        "thanks": "appreciate* cheers grateful thank thanks thankyou thanx thnx thx ty tysm",
        "praise": """
            amazing awesome beautiful* best brilliant* delicious delight* enjoy* excellent
            excited fab fantastic flawless glad gorgeous happy helpful hero heroes impress*
            incredible legend* love loved lovely loving obsessed outstanding perfect pleased
            recommend* smooth superb sorted stunning wonderful* wow yay
        """,
    }
)
_WHOLE = MappingProxyType({word: kind for kind, words in _WORDS.items() for word in words.split()})
_STEMS = MappingProxyType({word[:-1]: kind for word, kind in _WHOLE.items() if word.endswith("*")})
_LENGTHS = sorted({len(stem) for stem in _STEMS})
_BEGINNINGS = frozenset(stem[: _LENGTHS[0]] for stem in _STEMS)


def find_kind(word: str) -> str | None:
    """Return the kind of a lower-case word; None for most words."""
    kind = _WHOLE.get(word)
    if kind is not None or word[: _LENGTHS[0]] not in _BEGINNINGS:
        return kind
    return next((_STEMS[word[:length]] for length in _LENGTHS if word[:length] in _STEMS), None)
