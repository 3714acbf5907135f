"""spaCy, without its command line.

spaCy imports its commands for the sake of one function, `spacy.info`, and with them requests, httpx and more:
0.35 s of each start and 8 MB. Import spaCy from here only, and where a language is loaded: it is 30 MB that
processes which never parse do not need.
"""

import sys
from types import ModuleType

_UNUSED = "spacy.cli.info"

if "spacy" not in sys.modules:
    sys.modules[_UNUSED] = ModuleType(_UNUSED)
    sys.modules[_UNUSED].info = None  # type: ignore[attr-defined]  # what spaCy takes from it
    import spacy  # noqa: F401 - see above

    del sys.modules[_UNUSED]  # whoever wants the commands after all finds the real ones

from spacy import blank, load  # noqa: E402 - see above

__all__ = ["blank", "load"]
