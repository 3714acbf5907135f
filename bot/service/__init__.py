"""One use case per file, one verb."""
