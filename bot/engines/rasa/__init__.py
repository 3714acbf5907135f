"""Real Rasa as an engine: a server over its HTTP API, somebody else's or one that is started here."""
