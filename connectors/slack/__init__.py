"""One folder per channel, all alike."""
