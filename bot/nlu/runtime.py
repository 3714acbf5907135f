"""OpenVINO, without what it tells others.

Its converter of models, which nobody needs here, reports each import to Google Analytics and leaves files in
the home folder; it takes 7 MB, too. Import OpenVINO from here only, and where an encoder is opened: it is
30 MB that processes which never parse do not need.
"""

import sys
from typing import Any

from bot.nlu.lasting_threads import call_lastingly

# For Python a module that is None is one that is not installed; OpenVINO does without it then.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

from openvino import Core, Model, PartialShape, Tensor, Type  # noqa: E402 - see above
from openvino import opset13 as op  # noqa: E402 - see above

__all__ = ["Core", "Model", "PartialShape", "Tensor", "Type", "compile_graph", "op"]


def compile_graph(core: Core, graph: Model, *, threads: int) -> Any:
    """Return a graph that can be run, on so many cores at once.

    OpenVINO would bind each graph's threads to cores, beginning with the first: two graphs of one thread each
    would share one core while the others idle (measured: 900 texts a second in place of 1,800).

    No precision is asked for: OpenVINO takes bfloat16 only where the processor computes in it.
    """
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }
    return call_lastingly(core.compile_model, graph, "CPU", options)
