"""The words by which public posts in English are told apart. In other languages they carry no right.

Lists are of words that many sectors use; a word that is missing costs an answer in vain or nothing, because
where nothing is found the post is answered.
"""

from __future__ import annotations

import re


def _list(text: str) -> re.Pattern[str]:
    """Return what finds one of these words or phrases: `*` may be any end, an apostrophe may be missing."""
    phrases = (" ".join(each.split()) for each in text.split(","))
    return re.compile(
        rf"(?<![\w'])(?:{'|'.join(_pattern(each) for each in phrases if each)})(?![\w'])", re.IGNORECASE
    )


def _pattern(phrase: str) -> str:
    return re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+").replace("'", "'?")


ASKS = _list(
    """
    how do*, how can, how long, how much, how many, how to, how is, how are, how would, how come, how
    about, how does, what's, what is, what are, what about, what does, what do, what time, what size,
    what if, what was, where is, where are, where can, where do*, where's, where to, when is, when are,
    when will, when do*, when can, why, which, who do, who can, who is, who should, whose, is it, is
    this, is that, is there, are there, are these, are you, are u, does it, does this, does the,
    does anyone, do they, do you, do u, do i, did you, have you, has anyone, can i, can you, can u, can
    this, can it, can we, can someone, can anyone, can somebody, could you, could i, could someone,
    could anyone, could somebody, would you, will you, will it, will there, will this, should i, may i,
    any idea*, any chance, any news, any update*, any plans, any eta, any word, any deals, any
    discount*, wondering, curious, question*, quick q, anyone know*, anybody know*, anyone else*, anyone
    from, anyone there, anyone here, price, prices, cost, costs, eta, size chart, link, in stock,
    restock*, back in stock, u open, you open, available, availability, on sale, what, info,
    information, details, tell me, explain, clarify, confirm, possible to, advise, recommend*
    """,
)
REQUESTS = _list(
    """
    please, pls, plz, plse, kindly, help, helps, helping, assist*, support, customer service, customer
    care, service desk, i need, we need, need to, need a, need an, need my, needs to, needed, i'd like,
    i would like, would like, would love a, would love to see, would love an, would love some, i want
    my, i want to, i want a, want to, wanna know, let me know, lmk, get back to, call me, ring me, phone
    me, contact me, email me, message me, reach, reaching, speak to, talk to a, talk to someone, a
    human, a person, real person, an agent, a manager, someone there, send me, sent you, dm'd, dmed, dm
    you, dm sent, dms, pm'd, pmed, inboxed, messaged you, my dm, dm, sent, screenshot*, postcode, model
    number, under my name, check your, respond, response, reply, replied, answer, answered, answers,
    requesting, requested, feature request, looking for, looking to, trying to, tried to, tried, try to,
    hoping to, hope you, wish, unsubscribe, opt out, stop, cancel*, refund*, money back, exchange,
    return*, replace, replaced, replacement*, warranty, guarantee, invoice*, receipt*, reimburs*,
    compensat*, reschedul*, rebook*, unfreeze, unlock*, reset*, password*, log in, login, log into, sign
    in, signin, log on, my account, my order*, my parcel, my package, my booking*, my reservation, my
    flight, my bag, my bags, my luggage, my card, my payment*, my money, my bill*, my subscription, my
    delivery, my ticket*, my claim, my number, my phone number, my refund, my case, my details, order
    number, order no, ref no, reference, tracking, booking ref, pnr, imei, serial number, delivery,
    deliver, deliveries, delivered, shipping, shipped, ship to, dispatch*, appointment*, technician*,
    engineer*, installation, voucher*, coupon*, promo code*, discount code, gift card, report, reported,
    reporting, suggest*, feedback, would be great if, would be nice if, would be neat, make it, make
    this, bring back, add a, add an, fix, fixed, fixing, sort it, sort out, sort this, asap, urgent*,
    immediately, right now, as i type, heads up, fyi, lost property, left my, i left, forgot my, lost
    my, lost, found, sizes, activate*, register*, migrat*, upgrade my, transfer*, deposit*, withdraw*,
    statement, verif*, spare part*, apologi*, apolog*, interested
    """,
)
HURTS = _list(
    """
    delay*, slow, slower, lag, laggy, buffering, freeze*, frozen, stuck, crash*, error*, bug, bugs,
    buggy, glitch*, fault*, fail*, broke, broken, breaks, brok, cracked, crack, scratch*, dent*,
    damag*, defect*, malfunction*, died, outage*, offline, out of order, out of service, blackout,
    no signal, disconnect*, missing, vanish*, empty, wrong, incorrect, mistake*, misspelt, messed,
    problem*, issue*, trouble*, complain*, disappoint*, unhappy, upset, annoy*, frustrat*, angry,
    furious, fuming, livid, disgust*, disgrac*, shocking, appal*, awful, terrible, terribly,
    horrible, horrific, horrendous, dreadful, atrocious, abysmal, pathetic, worse, worst, useless,
    garbage, crap*, bullshit, ridiculous, unacceptable, unbelievable, outrageous, incompeten*,
    unprofessional, rude, rudely, ignored, ignoring, lied, lying, liar*, mislead*, misled, false
    advertising, scam*, fraud*, stole, stolen, theft, thieves, rip off, ripoff, ripped off,
    overcharg*, charged, charging me, double charge*, billed, overpriced, boycott, never buying,
    never again, last time, avoid, beware, don't buy, do not buy, regret*, fed up, had enough,
    cancel*, waste of, stain*, smells, stinks, mould*, mold*, rotten, undercooked, stale, expired,
    leak*, flood*, burned, burnt, burning, overheat*, injur*, bleed*, swollen, swelling, rash,
    allerg*, poison*, choking, unsafe, danger*, hazard*, police, lawyer, sue, ombudsman, hack*,
    locked out, blocked, banned, suspended, stranded, overbooked, rejected, declined, denied, on
    hold, voicemail, unusable, ghosted, nightmare, negligen*, inaccessible, discriminat*, racist,
    racism, harass*, fell off, falls off, came off, fell apart, torn, melted, soggy, not working,
    doesn't work, won't turn on, stopped working, not as described, still waiting, never arrived,
    never came, never got, never received, hasn't arrived, no response, no answer, no reply, peel*,
    fell out, wears off, washed out, shrunk, shrank, freezing, misspelled
    """,
)
"""What hurts, in whatever company it stands."""
AFFAIRS = _list(
    """
    refund*, money back, warranty, return it, returned, replacement*, my order*, my parcel, my
    package, delivered, shipping, ship to, customer service
    """,
)
"""What most write of only when it goes wrong; whoever is glad may thank for it."""
SOFT_TROUBLE = _list(
    """
    not, no, never, none, nothing, nobody, no one, nowhere, neither, nor, cannot, can't, don't, doesn't,
    didn't, won't, isn't, wasn't, aren't, weren't, hasn't, haven't, hadn't, couldn't, wouldn't,
    shouldn't, ain't, without, unable, but, however, although, though, unfortunately, sadly, instead,
    supposed, shame, yet, still, again, already, since, ago, later, waiting, waited, wait, awaiting,
    hold, queue*, overdue, late, slowly, lags, freezes, stops, stopped, dead, dies, down, closed,
    dropped, drops, losing, loses, missed, gone, issue, hate*, tired of, sick of, ruin*, spoil*, wasted,
    dirty, filthy, smell, cold food, hair in, burn, burns, smoke, fire, hot to touch, shock, hurt*,
    sick, ill, hospital, court, locked, refused, took me, takes forever, forever, hours, bad, badly,
    poor, poorly, rubbish, trash, shit*, sucks, suck, joke, insane, absurd, lie, lies, con, cheat*,
    charge*, bill, bills, expensive, price hike, price increase, raised, fee, fees, penalty, bandit*,
    wtf, ffs, smh, fml, ugh, argh, damn, hell, fuck*, pissed, bloody, warning, leaving, switching,
    switch to, goodbye, wheelchair, unfair, tiny, hole, holes, bent, loose, squeak*, creak*, noisy,
    noise, blurry, bland, tasteless, less than, only, expected, should, excuse me, seriously,
    unreal, so much for, congrat* on, guess who, guess what, apparently, allegedly, somehow, 404,
    puddle, chaos, shambles, circus, clown*, farce, another, instead of, suspect, third time, second
    time, twice, so called, "feature", every time, yesterday they, told, tells me, they said, said it
    would, promised, pending, revoked, exceeded, exhausted, rather, changed, ugly, smelt, tastes, taste
    of, behind, see thru, bucket, invisible, opinions about, power cut, made me, making me, makes me,
    miss
    """,
)
MATTERS = _list(
    """
    arrived, ordered, bought, paid, pay, paying, signed up, account, site, website, app, checkout, lift,
    elevator, ticket*, train, trains, flight*, gate, luggage, suitcase, bag, bags, update*, version,
    screen, battery, charger, charging, router, wifi, signal, internet, connection, broadband, network,
    invoice, card, cards, payment*, statement, branch, atm, atms, order, orders, parcel, package,
    installer*, receptionist, manager, staff, agent*, rep, chat, helpline, hotline, email*, mail,
    phoned, rang, called, calling, subscription, seat, seats, room, rooms, driver, drivers, courier,
    price, product, updating
    """,
)
SAFETY = _list(
    """
    smell of gas, gas leak, on fire, caught fire, smoke, smoking, smokes, explod*, sparks, sparking,
    electric shock, swallowed, choking, allergic, ambulance, hospital, injured, bleeding, collapsed,
    unconscious, cable down, emergency, suicid*, kill myself, defib, poison*, carbon monoxide
    """,
)
IMPLORES = _list(
    """
    please, pls, plz, plse, kindly, help me, help us, can help, i need, we need, need to, need a, need an,
    need my, want, wanna, wish, let me know, lmk, get back to, call me, ring me, contact me, email me,
    message me, dm me, dm'd, dmed, send me, sent you, looking for, trying to, tried, hoping to, hope, would,
    could, should, fix, refund me, sort it, sort this, asap, cancel, stop, unsubscribe, bring back, add a,
    add an
    """,
)
"""What asks even among thanks and praise."""
FIRST_PERSON = _list(
    """
    i, i'm, i've, i'd, i'll, im, ive, me, my, mine, myself, we, we're, we've, we'd, we'll, us, our, ours
    """,
)
SECOND_PERSON = _list(
    """
    you, your, yours, you're, you've, you'd, you'll, yourself, yourselves, u, ur, urs, y'all, ya, ye,
    guys, team
    """,
)
GREETING = re.compile(
    r"(?:hi|hey|hello|hiya|heya|good (?:morning|afternoon|evening|day)|dear|yo|morning)\b", re.IGNORECASE
)
PRAISE = _list(
    """
    love, loved, loves, loving, lovely, luv, adore*, obsessed, amazing, awesome, beautiful, gorgeous,
    stunning, brilliant, excellent, fantastic, fab, fabulous, great, wonderful, perfect, perfection,
    incredible, superb, outstanding, magnificent, impressive, impressed, delicious, yummy, yum, tasty,
    cute, cutest, adorable, pretty, sweet, nice, cool, good, best, favourite, favorite, wow, woah, whoa,
    congrats, congratulations, well done, bravo, kudos, hats off, respect, proud, well deserved, epic,
    iconic, goat, legend, legends, legendary, genius, hero, heroes, rock, rocks, bless, blessed, happy,
    excited, can't wait, five stars, 5 stars, 10/10, shoutout, shout out, big fan, huge fan, fan of,
    chills, yass*, yay, elegant, classy, magic, magical, divine, heaven, superstar, star, friendly,
    kind, top notch, spot on, on point, smooth, smoothest, recommend, enjoy*, chef's kiss
    """,
)
THANKS = _list(
    """
    thanks, thank you, thank u, thankyou, thx, tnx, tysm, ty, tyvm, cheers, ta, much appreciated,
    appreciate it, appreciated, appreciate, grateful, many thanks
    """,
)
GIVEAWAY = _list(
    """
    giveaway, entered, enter me, entering, good luck, goodluck, fingers crossed, pick me, choose me, me
    please, in to win, to win this, love to win, hope i win, hope to win, participating, participate,
    all done, done, liked and shared, liked shared, followed and shared, liked and followed, shared and,
    tagged, liked, followed, count me in, i'm in
    """,
)
PROMOTES = _list(
    """
    link in bio, link in my bio, in my bio, my bio, check my, check out my, visit my, my page, my
    profile, my channel, my website, my store, my shop, subscribe to my, subscribe to, follow me, follow
    back, follow for follow, followback, f4f, l4l, like for like, sub4sub, followforfollow, likeforlike,
    dm me, dm us, dm to, inbox me, message her, message him, message me, message us, contact him,
    contact her, whatsapp me, text me on, on whatsapp, on telegram, whatsapp, telegram, collab*,
    ambassador, promote it, promote on, promote your, send it to, send this to, send to, promo on, use
    my code, use code, my code, discount code, click here, click the link, sign up now, join now, join
    us, buy now, shop now, order now, limited offer, offer ends, today only, free gift, free iphone,
    claim your, claim now, claim yours, earn, earning, earned, make money, made money, extra income,
    passive income, from home, side hustle, invest*, trading, trader*, forex, crypto*, bitcoin, btc,
    eth, nft*, airdrop, presale, token*, altcoin*, signals, profit*, returns on, 100x, financial
    freedom, loan*, followers, get followers, buy followers, real followers, seo, rank your, first page
    of google, logo for, graphic designer, web designer, web developer, cheap, wholesale, replica*,
    watches, casino, betting, bet now, jackpot, slots, lottery, herbs, herbal, cured, spell caster,
    viagra, weight loss, lose weight, hot girls, hot singles, onlyfans, adult, nudes, in your area, best
    services, featured
    """,
)
STRONG_PROMOTION = _list(
    """
    link in my bio, link in bio, follow for follow, follow me i follow back, follow back, followback,
    f4f, l4l, like for like, followforfollow, likeforlike, sub4sub, forex signals, crypto presale,
    presale, airdrop, forex, get followers, real followers, buy followers, 10k followers, dm me to
    collab, dm us to collab, dm to collab, become an ambassador, be our ambassador, promote it on, send
    it to, send pic to, dm us to, hot girls, hot singles, cured my, spell caster, herbal, first page of
    google, seo services, subscribe to my, visit my website, check out my page, check my page, use my
    code, make logo, graphic designer, earn money, made money, passive income, extra income, make money,
    replica, onlyfans, promote it, check my profile, check out my profile, wanna be featured, want to be
    featured
    """,
)
LAUGHS = _list(
    """
    lol, lmao, lmfao, rofl, haha*, hehe*, hihi*, jaja*, omg, same, mood, big mood, vibe, vibes, goals,
    legend, first, me, us, this, so true, facts, iykyk, relatable, yesss*, ahaha*, amen, greetings
    """,
)

_COMMON = """
    a about after again all also always am an and another any are around as at back be because been
    before being best better big by came can come could day days did do does doing done down even ever
    every everyone everything fan far favourite feel feels few first for found from fun game get gets
    getting girl give go goes going good got great guy had happy has have having he her here him his
    home hour house how i i'd i'll i'm i've if im in into is it it's its just keep kids know last left
    let life like little live long look looks lot love made make makes man many me mine mom moment more
    morning most much mum my name need new next nice night now of off oh old on once one only or our out
    over own people perfect pretty put really right said same saw say see seen she should show since so
    some someone something soon still such summer take team that that's the their them then there these
    they thing things think this those thought time to today today's together tomorrow tonight too took
    town two until up us use very want wants was watch watching way we we're week weekend well went were
    what when where which while who why will winter wish with work world would year years yes yesterday
    yet you your
"""
COMMON = frozenset(_COMMON.split())
"""Words by which a sentence is known to be English: few other languages share more than one of them."""


def is_common(word: str) -> bool:
    """Tell whether a word in lower case is one of those of English."""
    return word in COMMON
