"""Redis: work streams, live events, rates."""
