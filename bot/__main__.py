"""`python -m bot` and the `visavis` command."""

from __future__ import annotations

import os
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


def run() -> None:
    """Run a command as a program of its own."""
    try:
        main()
    except SystemExit as ended:
        if sys.argv[1:2] == ["parse"] and isinstance(ended.code, int):
            # The encoder's runtime does not always end in peace: about once in fifty times, the last row
            # written, the process was seen to die of a broken heap.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code)
        raise


if __name__ == "__main__":
    run()
