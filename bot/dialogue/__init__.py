"""Pure: (tracker, understanding) → next actions. Rules, stories, forms, slots, responses."""
