"""Text → Understanding."""
