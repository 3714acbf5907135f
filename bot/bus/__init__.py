"""Redis or Valkey: work streams, live events, rates. All of it may be lost at any moment."""

import sys

# Where OpenTelemetry is installed, redis can count its calls with it, which nobody asks for here: 3 MB and 60
# modules. For Python a module that is None is one that is not installed; whoever imports it later finds it.
_COUNTERS = "opentelemetry"

if not {"redis", _COUNTERS} & sys.modules.keys():
    sys.modules[_COUNTERS] = None  # type: ignore[assignment]  # see above
    import redis.asyncio  # noqa: F401 - see above

    del sys.modules[_COUNTERS]
