"""Where real Rasa is installed, and how it is run: in an environment and with variables of its own."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.embedded.child import Account, launch_command, spawn
from bot.errors import SettingsError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Mapping, Sequence

INSIDE = Path(__file__).with_name("inside")
_BUILT = Path(__file__).resolve().parents[3] / ".rasa" / "bin" / "python"  # by `make rasa`
RUN = INSIDE / "visavis_run.py"
STOP_SIGNAL = signal.SIGTERM
_OURS = re.compile(r"VISAVIS_\w+|DATABASE_URL|REDIS_URL|PYTHON\w*|VIRTUAL_ENV")
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}
_VARIABLE = re.compile(r"\$\{(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A Python with Rasa in it, the project that it is to run, and the variables it may see."""

    python: Path
    project: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, arguments: Sequence[str], *, folder: Path, log: Path) -> subprocess.Popen[bytes]:
        """Start `rasa` in `folder`. It ends with the thread that calls this."""
        command = launch_command([self.python, RUN], account=Account(), stop_signal=STOP_SIGNAL)
        variables = {
            **self.environment,
            **_QUIET,
            "MPLCONFIGDIR": str(folder),
            # What is ours first, then what the project brings, such as components of its own.
            "PYTHONPATH": os.pathsep.join((str(INSIDE), str(self.project))),
        }
        typed = json.dumps(list(arguments)).encode()
        return spawn(command, log=log, stdin=typed, environment=variables, folder=folder)


def find_installation(
    python: Path | None, project: Path, environment: Mapping[str, str], *, own_text: str = ""
) -> Installation:
    """Return the installation to use: `python`, or what `make rasa` built. Raises `SettingsError`.

    Of `environment` Rasa sees neither our own settings nor the variables that `own_text` names, which is what
    stands in `config.yml` for us alone.
    """
    found = _BUILT if python is None else python.absolute()
    if not found.exists():
        raise SettingsError(
            f"`engine: rasa` needs real Rasa, and there is none at {found}: run `make rasa` "
            "(Python 3.10, 2.5 GB), set VISAVIS_RASA_PYTHON to a Python that has it, or give the `url` of a "
            "Rasa server in config.yml"
        )
    return Installation(
        python=found,
        project=project.resolve(),
        environment=foreign_environment(environment, hidden=_VARIABLE.findall(own_text)),
    )


def foreign_environment(environment: Mapping[str, str], *, hidden: Iterable[str]) -> dict[str, str]:
    """Return the variables that are not ours."""
    secret = frozenset(hidden)
    return {
        name: value for name, value in environment.items() if name not in secret and not _OURS.fullmatch(name)
    }
