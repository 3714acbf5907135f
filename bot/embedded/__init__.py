"""PostgreSQL and Valkey out of the wheels, as children of this process.

They listen on the loopback address only, behind passwords made on this machine. They stop when
this process ends, however it ends, and are started again when they die. `launch.py` is what
becomes the server; `postgres.py` and `valkey.py` say how each is started; `servers.py` is the
lifetime of both.
"""

from __future__ import annotations

from bot.embedded.child import Child, telling_folder
from bot.embedded.lock import Urls
from bot.embedded.postgres import start_postgres
from bot.embedded.servers import embedded_servers
from bot.embedded.valkey import start_valkey

__all__ = ["Child", "Urls", "embedded_servers", "start_postgres", "start_valkey", "telling_folder"]
