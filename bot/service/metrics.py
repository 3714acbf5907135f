"""Counters of this process, in Prometheus' terms. What stands in PostgreSQL is counted there instead."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

RECEIVED = Counter(
    "visavis_events_received_total",
    "Events of platforms that were committed; duplicates are not counted.",
    ["channel"],
)
TURNS = Counter(
    "visavis_turns_total",
    "Turns committed by this process: answered, handed_off, or failed (the engine could not answer).",
    ["outcome"],
)
LEFT_ALONE = Counter(
    "visavis_posts_left_alone_total",
    "Public posts that this process found to need no answer, by the reason.",
    ["reason"],
)
TURN_SECONDS = Histogram(
    "visavis_turn_seconds",
    "Time from having the messages of a claimed conversation to the commit of its turn.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
DELIVERIES = Counter(
    "visavis_deliveries_total",
    "Replies dispatched by this process, by what became of them.",
    ["channel", "state"],
)
