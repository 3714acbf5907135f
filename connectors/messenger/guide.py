"""How a page is connected, step by step."""

from __future__ import annotations

from bot.connector import Guide, OptionHelp

PERMISSIONS = (
    "pages_messaging, pages_manage_metadata, pages_read_engagement, pages_read_user_content and "
    "pages_manage_engagement"
)
GUIDE = Guide(
    title="Facebook page: Messenger and comments",
    before=(
        "At developers.facebook.com create an app of the type Business, and add the product Messenger.",
        f"Under Messenger, Settings, connect the page and create its token. It needs {PERMISSIONS}.",
        "Customers who have no role in the app are heard once Meta has reviewed it (Advanced Access).",
        "For people who answer later than 24 hours, ask for the feature Human Agent in the same review.",
        "Think of a word of your own for `verify_token`.",
    ),
    options=(
        OptionHelp(name="page_id", text="The page's number: the page, About, Page transparency."),
        OptionHelp(name="token", text="The page's access token, from Messenger, Settings.", secret=True),
        OptionHelp(name="app_secret", text="The app's secret, from App settings, Basic.", secret=True),
        OptionHelp(name="verify_token", text="The word you thought of.", secret=True),
        OptionHelp(
            name="app_id",
            text="The app's number, from App settings, Basic: then its webhook is set by us.",
            required=False,
        ),
    ),
    after=(
        "With `app_id`, each start with a public address sets the app's webhook where it has none.",
        "Else, under Webhooks, choose Page; enter {hook_url} and your `verify_token`.",
        "Subscribe there the fields that this channel's README names.",
        "Switch off automatic answers in Meta Business Suite: they look like a person's and silence the bot.",
    ),
    source="https://developers.facebook.com/documentation/business-messaging/messenger-platform/get-started",
    refused="Often `app_secret` is another app's: copy it anew from App settings > Basic of the app whose "
    "webhook leads here. Where the word of the webhook is refused, enter your `verify_token` there.",
)
