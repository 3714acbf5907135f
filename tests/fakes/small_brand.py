"""A brand that knows two questions: it is trained in seconds, and every answer is known beforehand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fakes.service import ROOT, make_environment

CONFIG = """\
recipe: default.v1
assistant_id: small
language: en
pipeline:
- name: WhitespaceTokenizer
- name: LogisticRegressionClassifier
policies:
- name: RulePolicy
channels:
  rest:
    accounts:
      open:
        open: true
"""
DOMAIN = """\
version: "3.1"
intents:
- hours
- shipping
responses:
  utter_hours:
  - text: We are open from nine to six.
  utter_shipping:
  - text: Shipping takes two days.
"""
DATA = """\
version: "3.1"
nlu:
- intent: hours
  examples: |
    - when are you open
    - opening hours please
    - what time do you close
    - are you open on sunday
    - when does the shop open
- intent: shipping
  examples: |
    - how long does shipping take
    - when will my parcel arrive
    - delivery time
    - how fast do you deliver
    - what does delivery cost
rules:
- rule: hours
  steps:
  - intent: hours
  - action: utter_hours
- rule: shipping
  steps:
  - intent: shipping
  - action: utter_shipping
"""
REPLIES = {
    "when are you open": "We are open from nine to six.",
    "how long does shipping take": "Shipping takes two days.",
}


def write_brand(root: Path) -> Path:
    """Write the brand's files into a folder, which is made; returns it."""
    (root / "nlu_data").mkdir(parents=True)
    (root / "config.yml").write_text(CONFIG)
    (root / "domain.yml").write_text(DOMAIN)
    (root / "nlu_data" / "all.yml").write_text(DATA)
    return root


def train(root: Path, name: str) -> Path:
    """Train on the project as it is now; returns the archive."""
    path = root / "models" / f"{name}.tar.gz"
    subprocess.run(
        [sys.executable, "-m", "bot", "train", "--out", str(path)],
        cwd=ROOT,
        env=make_environment(root, root / "data", {}),
        capture_output=True,
        check=True,
    )
    return path
