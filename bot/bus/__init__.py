"""Redis or Valkey: work streams, live events, rates. All of it may be lost at any moment."""
