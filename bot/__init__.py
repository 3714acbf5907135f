"""Visavis: one-to-one customer conversations at scale. Start reading at `bot/README.md`."""

__version__ = "0.1.0"
