"""`python -m bot` and the `visavis` command."""

from __future__ import annotations

import sys

from bot.cli.app import app
from bot.errors import VisavisError

FAILED = 2  # typer uses it for wrong arguments: something the caller can mend
INTERRUPTED = 130  # what shells say of a program that Ctrl-C stopped


def main() -> None:
    """Run a command. A problem of ours is one sentence, never a traceback."""
    try:
        app()
    except VisavisError as error:
        sys.stderr.write(f"visavis: {error}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
