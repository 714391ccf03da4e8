"""A network as a NIR graph, the interchange format of neuromorphic frameworks, and back.

NIR's ``CubaLIF`` and ``LIF_SFDFA`` are the same differential equations,

    tau_syn dI/dt = -I + w_in S,    tau_mem dv/dt = v_leak - v + R I,

with two conventions to settle. First, readers of NIR advance in steps of dt and show a spike as S = 1 during one step;
the graph is therefore written for one dt, with ``w_in = tau_syn/dt``, so that a spike adds its weight to I, and
``R = tau_mem/dt``, so that potentials count in units of dt/cm above rest: the threshold is (v_thresh - v_rest) cm/dt.
Second, ``CubaLIF`` resets to ``v_reset`` where ``LIF_SFDFA`` subtracts (v_thresh - v_rest). In continuous time both end
at rest, because a neuron spikes when v equals the threshold; in steps, the reset to a value forgets by how much v went
beyond the threshold: an error of first order in dt, like that of the spike times themselves.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.network.feed_forward import FeedForward
from pynn_sfdfa.support import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    import nir

    from pynn_sfdfa.network.feed_forward import Layer

__all__ = ["NIRError", "from_nir", "to_nir", "write"]

MS = 1e-3  # NIR counts time in seconds


class NIRError(ValueError):
    """A network that NIR cannot express, or a graph that is no network of this package."""


def to_nir(network: FeedForward, dt: float = 0.1) -> nir.NIRGraph:
    """Return the network as a graph Input, Linear, CubaLIF, Linear, CubaLIF, ..., Output.

    Parameters
    ----------
    network : FeedForward
        With a delay of 0: what delay a layer has is the reader's choice, as a rule one step.
    dt : float
        The step in ms of the simulator that will read the graph.

    Raises
    ------
    NIRError
        If the network has delays or dt is not a step that resolves its synaptic currents.
    ModuleNotFoundError
        If the package nir is not installed.
    """
    import nir

    shortest = min(layer.tau_syn for layer in network.layers)
    if not 0 < dt <= shortest / 4:
        raise NIRError(f"dt = {dt:g} ms is not valid; it must be > 0 and at most tau_syn/4 = {shortest / 4:g} ms.")
    if network.delay > 0:
        raise NIRError(
            f"The network has a delay of {network.delay:g} ms, which a sequence of CubaLIF layers cannot express; "
            "export one that was trained with network.delay = 0."
        )
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array([network.sizes[0]])})}
    for index, (layer, weights) in enumerate(zip(network.layers, network.weights, strict=True)):
        nodes[f"weights_{index + 1}"] = nir.Linear(weight=np.ascontiguousarray(weights.T))
        nodes[f"layer_{index + 1}"] = nir.CubaLIF(**_cuba_lif(layer, dt))
    nodes["output"] = nir.Output({"output": np.array([network.sizes[-1]])})
    names = list(nodes)
    return nir.NIRGraph(
        nodes=nodes,
        edges=list(zip(names[:-1], names[1:], strict=True)),
        metadata={
            "generator": "pynn-sfdfa",
            "dt_ms": dt,
            "trial_duration_ms": network.trial_duration,
            "cm_nF": [layer.cm for layer in network.layers],
            "v_rest_mV": [layer.v_rest for layer in network.layers],
            "reset": "subtract threshold; equal to CubaLIF's reset to v_reset = 0 in continuous time",
        },
    )


def write(graph: nir.NIRGraph, path: str | Path) -> None:
    """Write a graph as HDF5, whole or not at all.

    HDF5 crashes the process when a disk is full, so it writes to memory.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written; ``path`` is as it was.
    """
    import nir

    buffer = io.BytesIO()
    nir.write(buffer, graph)
    files.write_bytes(path, buffer.getvalue())


def _cuba_lif(layer: Layer, dt: float) -> dict[str, np.ndarray]:
    parameters = {
        "tau_syn": layer.tau_syn * MS,
        "tau_mem": layer.tau_m * MS,
        "r": layer.tau_m / dt,
        "v_leak": 0.0,
        "v_threshold": (layer.v_thresh - layer.v_rest) * layer.cm / dt,
        "v_reset": 0.0,
        "w_in": layer.tau_syn / dt,
    }
    return {name: np.full(layer.size, value) for name, value in parameters.items()}


def from_nir(graph: nir.NIRGraph) -> FeedForward:
    """Return the network of a graph that `to_nir` made.

    Parameters
    ----------
    graph : nir.NIRGraph

    Raises
    ------
    NIRError
        If the graph was written by another program or has been changed in its structure.
    """
    about = graph.metadata
    if _text(about.get("generator")) != "pynn-sfdfa":
        raise NIRError("The graph was not written by pynn-sfdfa: its metadata has no generator = 'pynn-sfdfa'.")
    n_layers = sum(name.startswith("weights_") for name in graph.nodes)
    expected = {"input", "output"} | {f"{kind}_{k + 1}" for kind in ("weights", "layer") for k in range(n_layers)}
    if set(graph.nodes) != expected:
        strange = sorted(set(graph.nodes) ^ expected)
        raise NIRError(f"The graph is no sequence of layers as pynn-sfdfa writes them: {', '.join(strange)}.")
    weights = [np.asarray(graph.nodes[f"weights_{k + 1}"].weight, np.float32).T for k in range(n_layers)]
    parameters = [_cell_parameters(graph.nodes[f"layer_{k + 1}"], about, k) for k in range(n_layers)]
    network = FeedForward(
        [weights[0].shape[0], *(w.shape[1] for w in weights)], hidden=parameters[:-1], output=parameters[-1]
    )
    network.weights = [np.ascontiguousarray(w) for w in weights]
    return network


def _cell_parameters(node: nir.CubaLIF, about: Mapping[str, Any], layer: int) -> dict[str, float]:
    cm, v_rest = float(about["cm_nF"][layer]), float(about["v_rest_mV"][layer])
    return {
        "tau_m": _rounded(node.tau_mem[0] / MS),
        "tau_syn": _rounded(node.tau_syn[0] / MS),
        "cm": cm,
        "v_rest": v_rest,
        "v_thresh": _rounded(v_rest + node.v_threshold[0] * float(about["dt_ms"]) / cm),
        "trial_duration": float(about["trial_duration_ms"]),
    }


def _rounded(value: float) -> float:
    """Undo the rounding of a change of units: no parameter has more than twelve digits."""
    return float(f"{value:.12g}")


def _text(value: object) -> object:
    """HDF5 gives strings back as bytes."""
    return value.decode() if isinstance(value, bytes) else value
