"""How an Instagram account is connected, step by step."""

from __future__ import annotations

from bot.connector import Guide, OptionHelp

PERMISSIONS = (
    "instagram_business_basic, instagram_business_manage_messages and instagram_business_manage_comments; "
    "through a page instagram_basic, instagram_manage_messages, instagram_manage_comments, pages_messaging "
    "and pages_manage_metadata"
)
GUIDE = Guide(
    title="Instagram: messages, comments and mentions",
    before=(
        "The account must be a professional one (Business or Creator).",
        "In the Instagram app, under Settings, Messages, allow access to messages for connected tools.",
        "At developers.facebook.com create an app of the type Business, and add the product Instagram.",
        f"Create a token of the account, or of the page it is linked with. It needs {PERMISSIONS}.",
        "People who have no role in the app are heard once Meta has reviewed it (Advanced Access).",
        "For people who answer later than 24 hours, ask for the feature Human Agent in the same review.",
        "Think of a word of your own for `verify_token`.",
    ),
    options=(
        OptionHelp(name="instagram_id", text="The account's number: the product Instagram shows it."),
        OptionHelp(name="token", text="The token, of the account or of its page.", secret=True),
        OptionHelp(name="app_secret", text="The secret, of the Instagram app or of the app.", secret=True),
        OptionHelp(name="verify_token", text="The word you thought of.", secret=True),
        OptionHelp(name="username", text="The account's name, without the @.", required=False),
        OptionHelp(
            name="token_file",
            text="A file for the renewed token, which all processes see; not with a page's token.",
            required=False,
        ),
        OptionHelp(name="page_id", text="The page's number, if the token is a page's.", required=False),
        OptionHelp(name="app_id", text="The app's number, from App settings, Basic.", required=False),
    ),
    after=(
        "With `app_id` and `page_id`, a start with a public address sets the app's webhook, if it has none.",
        "Else, under Webhooks, choose Instagram; enter {hook_url} and your `verify_token`.",
        "Subscribe there the fields that this channel's README names.",
        "Switch off automatic answers in the Instagram app: they look like a person's and silence the bot.",
    ),
    source="https://developers.facebook.com/docs/instagram-platform/webhooks",
    refused="Often `app_secret` is another app's: copy it anew from App settings > Basic of the app whose "
    "webhook leads here. Where the word of the webhook is refused, enter your `verify_token` there.",
)
