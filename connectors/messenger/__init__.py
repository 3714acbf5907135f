"""Facebook pages: Messenger, and comments on posts."""
