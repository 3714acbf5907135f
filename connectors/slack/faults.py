"""What Slack's error words mean, as data.

Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors and the same of the other methods.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.connector import ErrorClass, SendError

# "It's possible some aspect of the operation succeeded before the error was raised."
MAYBE_DONE = frozenset({"fatal_error", "internal_error"})

ERRORS: Mapping[str, tuple[ErrorClass, str]] = {
    "not_authed": (ErrorClass.AUTH, "no token was sent"),
    "invalid_auth": (ErrorClass.AUTH, "the token is refused"),
    "account_inactive": (ErrorClass.AUTH, "the app was taken out of the workspace"),
    "token_revoked": (ErrorClass.AUTH, "the token was revoked: install the app again"),
    "token_expired": (
        ErrorClass.AUTH,
        "the token has expired: turn token rotation off, and install the app again",
    ),
    "missing_scope": (ErrorClass.AUTH, "the token lacks a scope: add it, and install the app again"),
    "not_allowed_token_type": (ErrorClass.AUTH, "this is no bot's token (xoxb-…)"),
    "no_permission": (ErrorClass.AUTH, "the token does not permit this"),
    "team_access_not_granted": (ErrorClass.AUTH, "the app may not act in this workspace"),
    "access_denied": (ErrorClass.AUTH, "the workspace does not permit this"),
    "ratelimited": (ErrorClass.RATE_LIMITED, "too many calls"),
    "rate_limited": (ErrorClass.RATE_LIMITED, "too many messages"),
    "message_limit_exceeded": (ErrorClass.PAYMENT, "the workspace has used up its messages"),
    "channel_not_found": (ErrorClass.RECIPIENT_GONE, "the conversation is gone, or not for this app to see"),
    "is_archived": (ErrorClass.RECIPIENT_GONE, "the channel is archived"),
    "user_not_found": (ErrorClass.RECIPIENT_GONE, "there is no such person"),
    "user_not_visible": (ErrorClass.RECIPIENT_GONE, "the person is not for this app to see"),
    "user_disabled": (ErrorClass.RECIPIENT_GONE, "the person has left the workspace"),
    "users_not_found": (ErrorClass.RECIPIENT_GONE, "there is no such person"),
    "cannot_dm_bot": (ErrorClass.RECIPIENT_GONE, "a bot takes no direct messages"),
    "not_in_channel": (ErrorClass.POLICY, "the app is not in the channel: /invite it"),
    "restricted_action": (ErrorClass.POLICY, "the workspace does not let the app post there"),
    "restricted_action_read_only_channel": (ErrorClass.POLICY, "the channel is read-only"),
    "restricted_action_thread_only_channel": (ErrorClass.POLICY, "the channel takes answers in threads only"),
    "restricted_action_non_threadable_channel": (
        ErrorClass.POLICY,
        "the channel takes no answers in threads",
    ),
    "restricted_action_thread_locked": (ErrorClass.POLICY, "the thread is locked"),
    "messages_tab_disabled": (ErrorClass.POLICY, "direct messages are off: App Home > Messages tab"),
    "ekm_access_denied": (ErrorClass.POLICY, "the administrators have suspended posting"),
    "team_not_found": (ErrorClass.POLICY, "there is no such workspace"),
    "slack_connect_file_link_sharing_blocked": (ErrorClass.POLICY, "files may not be shared there"),
    "msg_too_long": (ErrorClass.TOO_LONG, "the text is too long"),
    "msg_blocks_too_long": (ErrorClass.TOO_LONG, "the blocks are too long"),
    "no_text": (ErrorClass.INVALID, "there is nothing to send"),
    "invalid_blocks": (ErrorClass.INVALID, "a block is refused: a picture's address has to be public"),
    "service_unavailable": (ErrorClass.TRANSIENT, "Slack is not available"),
    "request_timeout": (ErrorClass.TRANSIENT, "Slack did not receive the whole call"),
    "team_added_to_org": (ErrorClass.TRANSIENT, "the workspace is being moved"),
    "org_login_required": (ErrorClass.TRANSIENT, "the workspace is being moved"),
}


def explain(error: str) -> SendError:
    """Return what one of Slack's error words means."""
    word = error[:100]
    error_class, words = ERRORS.get(word, (ErrorClass.INVALID, "see the method's page"))
    if word in MAYBE_DONE:
        error_class, words = ErrorClass.TRANSIENT, "its own mistake, after which it may have been done"
    return SendError(error_class=error_class, detail=f"Slack says {word}: {words}", code=word)
