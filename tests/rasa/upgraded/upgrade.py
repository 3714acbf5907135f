"""Rasa 3.6's own upgrade of a domain of Rasa 2: run by the Python of its environment.

`python upgrade.py OLD OURS` upgrades the file OLD and writes, as one JSON object, that domain and the one in
the file OURS, both as Rasa reads them.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path


def main() -> None:
    """Upgrade, and read both."""
    warnings.simplefilter("ignore")
    from rasa.core.migrate import migrate_domain_format
    from rasa.shared.core.domain import Domain

    old, ours = sys.argv[1:]
    theirs = Path(old).with_name("upgraded.yml")
    with contextlib.redirect_stdout(io.StringIO()):
        migrate_domain_format(old, theirs)
    print(json.dumps({"theirs": Domain.load(theirs).as_dict(), "ours": Domain.load(ours).as_dict()}))


if __name__ == "__main__":
    main()
