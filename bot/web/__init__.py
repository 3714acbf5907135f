"""aiohttp pages and endpoints."""
