"""Run Rasa with arguments from standard input (a JSON list): the command line shows secrets to everybody."""

from __future__ import annotations

import json
import sys

from rasa.__main__ import main
from visavis_inside import run_actions_carefully  # type: ignore[import-not-found]  # it is beside this file

if __name__ == "__main__":
    sys.argv = ["rasa", *json.load(sys.stdin)]
    run_actions_carefully()
    main()
