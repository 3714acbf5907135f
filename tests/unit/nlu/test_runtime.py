from __future__ import annotations

from bot.nlu.runtime import Core, Model, Type, compile_graph, op


def test_graphs_are_not_bound_to_the_first_cores() -> None:
    states = op.parameter([-1, 1], Type.f32)
    compiled = compile_graph(Core(), Model([op.result(op.exp(states))], [states], "any"), threads=1)
    assert compiled.get_property("ENABLE_CPU_PINNING") is False
