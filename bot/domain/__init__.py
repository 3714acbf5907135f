"""Nouns only: the values every other part speaks in. No I/O, no clock."""
