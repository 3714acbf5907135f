"""A page's way to the Graph API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.connector.meta.account import Node
from bot.connector.meta.graph import GraphApi
from bot.connector.meta.setup import PAGE_FIELDS

API_URL = "https://graph.facebook.com"


def make_api(options: Mapping[str, str], *, timeout: timedelta) -> GraphApi:
    """Return the way to the Graph API with the page's token; not open yet."""
    base_url = options.get("api_url") or API_URL
    return GraphApi(base_url=base_url, token=options.get("token", ""), timeout=timeout)


def make_node(options: Mapping[str, str]) -> Node:
    """Return where the page is."""
    page_id = options.get("page_id", "")
    return Node(
        id=page_id,
        name="name",
        platform="messenger",
        object_name="page",
        fields=PAGE_FIELDS,
        app_fields=PAGE_FIELDS,
    )
