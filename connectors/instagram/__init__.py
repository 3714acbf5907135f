"""Instagram: direct messages, comments, mentions, and answers to stories."""
