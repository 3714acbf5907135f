"""Which engine answers, and how real Rasa is reached where it is the one (`config.yml: engine`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

NATIVE, RASA = "native", "rasa"
ENGINES = (NATIVE, RASA)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """The rest means something for `rasa` only.

    `url` is where a Rasa server runs already; None: it is started here, with a model trained here. `token` is
    what its `--auth-token` says, `jwt_secret` what its `--jwt-secret` says. `answer_limit` is how long it
    may take over one message.
    """

    name: str = NATIVE
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    jwt_secret: str | None = field(default=None, repr=False)
    jwt_method: str = "HS256"
    answer_limit: timedelta = timedelta(seconds=15)

    @property
    def is_rasa(self) -> bool:
        """Tell whether real Rasa answers."""
        return self.name == RASA

    @property
    def is_started_here(self) -> bool:
        """Tell whether real Rasa is trained and started on this machine."""
        return self.is_rasa and self.url is None
