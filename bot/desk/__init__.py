"""Pure: priority, routing, deadlines."""
