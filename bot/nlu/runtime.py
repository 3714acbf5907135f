"""OpenVINO, without what it tells others.

Its converter of models, which nobody needs here, reports each import to Google Analytics and leaves files in
the home folder; it takes 7 MB, too. Import OpenVINO from here only, and where an encoder is opened: it is
30 MB that processes which never parse do not need.
"""

import sys

# For Python a module that is None is one that is not installed; OpenVINO does without it then.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

from openvino import Core, Model, PartialShape, Type  # noqa: E402 - see above
from openvino import opset13 as op  # noqa: E402 - see above

__all__ = ["Core", "Model", "PartialShape", "Type", "op"]
