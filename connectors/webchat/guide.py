"""How a chat is put on a site, step by step."""

from __future__ import annotations

from bot.connector import Guide, OptionHelp

LINE = '<script src="https://YOUR-ADDRESS/widget.js" data-account="YOUR-ACCOUNT" async></script>'
MAILED = (
    "Visitors who leave an address are answered by e-mail once they have gone, if there is an account of "
    "e-mail: `visavis channels connect email`."
)
GUIDE = Guide(
    title="The chat on your own site",
    before=("Nothing has to be signed up for: all of these can be left empty, and changed in config.yml.",),
    options=(
        OptionHelp(
            name="title", text="The brand's name, over the chat; empty: the account's.", required=False
        ),
        OptionHelp(
            name="origins",
            text="The sites that show the chat, set apart by blanks, as in https://www.shop.example.",
            required=False,
        ),
        OptionHelp(name="greeting", text="What is said before the first message.", required=False),
        OptionHelp(
            name="ask", text="What is asked before it: name, email, or both; empty: nothing.", required=False
        ),
    ),
    after=(
        f"Put this line on each page, with the address of this service and the account's name: {LINE}",
        MAILED,
    ),
)
