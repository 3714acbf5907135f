"""Asks real Rasa 3.6 about projects: run by the Python of its environment, one process for all of them.

`python judge.py FOLDER` judges each project folder in FOLDER, as `rasa train` would: validation, then
training. One JSON object a line: `{"name": …, "accepts": true, "stage": null, "reason": ""}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path


def judge(project: Path) -> dict[str, object]:
    """Return what Rasa says of one project."""
    stage, said = "validation", io.StringIO()
    os.chdir(project)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            _validate()
            stage = "training"
            _train()
    except BaseException as error:  # noqa: BLE001 - `SystemExit` is how its commands refuse
        return {"name": project.name, "accepts": False, "stage": stage, "reason": _describe(error)}
    return {"name": project.name, "accepts": True, "stage": None, "reason": ""}


def _describe(error: BaseException) -> str:
    """Say what was raised, without this machine's folders. Some of Rasa's errors break when written out."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - see above
        return type(error).__name__
    return " ".join(text.replace(str(Path.cwd()), "").split())[:200]


def _validate() -> None:
    from rasa.cli.utils import get_validated_config, validate_files
    from rasa.shared.constants import CONFIG_MANDATORY_KEYS
    from rasa.shared.importers.importer import TrainingDataImporter

    config = get_validated_config("config.yml", CONFIG_MANDATORY_KEYS)
    importer = TrainingDataImporter.load_from_config(
        domain_path=_domain(), training_data_paths=["data"], config_path=config
    )
    validate_files(fail_on_warnings=False, max_history=None, importer=importer)


def _train() -> None:
    from rasa import train

    with tempfile.TemporaryDirectory() as out:
        result = train(domain=_domain(), config="config.yml", training_files=["data"], output=out)
    if result.code != 0 or result.model is None:
        raise SystemExit(f"training ended with {result.code}, model {result.model}")


def _domain() -> str:
    """Return `domain.yml`, Rasa's default, or the folder that its users name with `--domain`."""
    return "domain.yml" if Path("domain.yml").exists() else "domain"


def main() -> None:
    """Judge all projects of a folder. `RASA_TELEMETRY_ENABLED=false` is for the caller to set."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for project in sorted(each for each in Path(sys.argv[1]).resolve().iterdir() if each.is_dir()):
        print(json.dumps(judge(project)), flush=True)


if __name__ == "__main__":
    main()
