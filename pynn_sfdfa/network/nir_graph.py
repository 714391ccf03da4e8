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
from functools import partial
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pynn_sfdfa.network.cells import Cell
from pynn_sfdfa.network.checks import check_network, check_step
from pynn_sfdfa.network.connectivity import Connectivity, Dense, Pooling, Summed
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import Network
from pynn_sfdfa.support import files
from pynn_sfdfa.support.given import given_path
from pynn_sfdfa.support.registry import registry
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import nir
    from numpy.typing import NDArray

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["NIRError", "from_nir", "to_nir", "write"]


class NIRError(ValueError):
    """A network that NIR cannot express, or a graph that is no network of this package."""


def to_nir(network: Network, dt: float = 0.1) -> nir.NIRGraph:
    """Return the network as a graph Input, Linear, CubaLIF, Linear, CubaLIF, ..., Output, where all layers are dense.

    Others have Conv2d in the place of Linear, SumPool2d before it, and Flatten before a Linear that sees an image.

    Parameters
    ----------
    network : Network
        With a delay of 0: what delay a layer has is the reader's choice, as a rule one step.
    dt : float
        The step in ms of the simulator that will read the graph.

    Raises
    ------
    NIRError
        If the network has delays, or a layer something else that NIR has not, or dt is not a step that resolves its
        synaptic currents.
    ModuleNotFoundError
        If the package nir is not installed.
    TypeError
        If the network is none, or dt no number.
    """
    import nir

    check_network(network)
    check_step("dt", dt)
    shortest = min(layer.cell.tau_syn for layer in network.layers)
    if not 0 < dt <= shortest / 4:
        raise NIRError(f"dt = {dt:g} ms is not valid; it must be > 0 and at most tau_syn/4 = {shortest / 4:g} ms.")
    first = network.layers[0].connectivity
    seen = (network.input.size,) if isinstance(first, Dense) else network.input.shape
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array(seen)})}
    reasons = []
    for index, (layer, weights) in enumerate(zip(network.layers, network.weights, strict=True)):
        nodes |= _before(index + 1, layer.connectivity, layer.input_shape if index else seen)
        made = {
            f"weights_{index + 1}": partial(layer.connectivity.nir_node, weights, layer.input_shape),
            f"layer_{index + 1}": partial(layer.cell.nir_node, layer.shape, dt),
        }
        for name, make in made.items():
            try:
                nodes[name] = make()
            except ValueError as error:
                reasons.append(f"{layer}: {error}")
    if network.delay > 0:
        reasons.append(
            f"The network has a delay of {network.delay:g} ms, which a sequence of CubaLIF layers cannot express; "
            "export one that was trained with network.delay = 0."
        )
    if reasons:
        raise NIRError("\n".join(reasons))
    nodes["output"] = nir.Output({"output": np.array(network.layers[-1].shape)})
    names = list(nodes)
    return nir.NIRGraph(
        nodes=nodes,
        edges=list(zip(names[:-1], names[1:], strict=True)),
        metadata={
            "generator": "pynn-sfdfa",
            "dt_ms": dt,
            "input_shape": list(network.input.shape),
            "trial_duration_ms": network.trial_duration,
            "cm_nF": [layer.cell.cm for layer in network.layers],
            "v_rest_mV": [layer.cell.v_rest for layer in network.layers],
            "cells": [layer.cell.name for layer in network.layers],
            "reset": "LIF_SFDFA: subtract threshold; equal to CubaLIF's reset to v_reset = 0 in continuous time",
        },
    )


def _before(number: int, connectivity: Connectivity, shape: Shape) -> dict[str, nir.NIRNode]:
    """Return the nodes before the weights of a layer: pooling, and what makes an image a line."""
    import nir

    nodes: dict[str, nir.NIRNode] = {}
    pools = count(1)
    while isinstance(connectivity, Summed):
        size = np.array(connectivity.pooling.size)
        nodes[f"pool_{number}_{next(pools)}"] = nir.SumPool2d(size, size, np.zeros(2, int))
        shape = connectivity.pooling.output_shape(shape)
        connectivity = connectivity.above
    if isinstance(connectivity, Dense) and len(shape) > 1:
        nodes[f"flatten_{number}"] = nir.Flatten({"input": np.array(shape)}, start_dim=0)
    return nodes


def write(graph: nir.NIRGraph, path: str | Path) -> None:
    """Write a graph as HDF5, whole or not at all.

    HDF5 crashes the process when a disk is full, so it writes to memory.

    Raises
    ------
    pynn_sfdfa.support.files.WriteError
        If the file cannot be written; ``path`` is as it was.
    TypeError
        If the graph or the path is none.
    """
    import nir

    _check_graph(graph)
    path = given_path("path", path)
    buffer = io.BytesIO()
    nir.write(buffer, graph)
    files.write_bytes(path, buffer.getvalue())


def _check_graph(given: Any) -> None:
    import nir

    if not isinstance(given, nir.NIRGraph):
        raise TypeError(
            f'graph = {quoted(given)} is not valid; give a NIRGraph, such as to_nir(network) or nir.read("net.nir").'
        )


def from_nir(graph: nir.NIRGraph) -> Network:
    """Return the network of a graph that `to_nir` made.

    Parameters
    ----------
    graph : nir.NIRGraph

    Raises
    ------
    NIRError
        If the graph was written by another program or has been changed in its structure.
    TypeError
        If the graph is none.
    """
    _check_graph(graph)
    about = graph.metadata
    if _text(about.get("generator")) != "pynn-sfdfa":
        raise NIRError("The graph was not written by pynn-sfdfa: its metadata has no generator = 'pynn-sfdfa'.")
    n_layers = sum(name.startswith("weights_") for name in graph.nodes)
    pools = {k: _pools(graph, k + 1) for k in range(n_layers)}
    before = {name for k in pools for name in (*pools[k], f"flatten_{k + 1}") if name in graph.nodes}
    expected = (
        {"input", "output"} | before | {f"{kind}_{k + 1}" for kind in ("weights", "layer") for k in range(n_layers)}
    )
    if set(graph.nodes) != expected:
        strange = sorted(set(graph.nodes) ^ expected)
        raise NIRError(f"The graph is no sequence of layers as pynn-sfdfa writes them: {', '.join(strange)}.")
    names = about.get("cells", ["LIF_SFDFA"] * n_layers)  # graphs of old do not tell them
    cells = [_cell(_text(names[k]), graph.nodes[f"layer_{k + 1}"], _known(about, k)) for k in range(n_layers)]
    read = [_connectivity(graph.nodes[f"weights_{k + 1}"], cell) for k, cell in enumerate(cells)]
    shape = about.get("input_shape", graph.nodes["input"].input_type["input"])  # graphs of old do not tell it
    layers: list[Input | Connectivity] = [Input(tuple(int(n) for n in np.ravel(shape)))]
    for k, (connectivity, _) in enumerate(read):
        layers += [_pooling(graph.nodes[name]) for name in pools[k]]
        layers.append(connectivity)
    network = Network(layers)
    network.weights = [weights for _, weights in read]
    return network


def _pools(graph: nir.NIRGraph, number: int) -> list[str]:
    """Return the names of the nodes that pool before a layer, from below."""
    names = (f"pool_{number}_{pool}" for pool in count(1))
    return list(takewhile(lambda name: name in graph.nodes, names))


def _pooling(node: nir.NIRNode) -> Pooling:
    import nir

    if not isinstance(node, nir.SumPool2d) or np.any(node.padding) or np.any(node.kernel_size != node.stride):
        raise NIRError(
            f"The graph has a {type(node).__name__} that pools; here it must be a SumPool2d of windows side by side, "
            "without padding."
        )
    down, across = (int(n) for n in np.broadcast_to(node.kernel_size, 2))
    return Pooling((down, across))


def _known(about: Mapping[str, Any], layer: int) -> dict[str, float]:
    return {
        "cm": float(about["cm_nF"][layer]),
        "v_rest": float(about["v_rest_mV"][layer]),
        "trial_duration": float(about["trial_duration_ms"]),
        "dt": float(about["dt_ms"]),
    }


def _cell(name: object, node: nir.NIRNode, known: Mapping[str, float]) -> Cell:
    kinds: Mapping[str, type[Cell]] = registry("pynn_sfdfa.network.cells", cast("Any", Cell))
    cell = kinds[str(name)].from_nir(node, known) if name in kinds else None
    if cell is None:
        raise NIRError(f"The graph has {name} as {type(node).__name__} for neurons; cells here are {', '.join(kinds)}.")
    return cell


def _connectivity(node: nir.NIRNode, cell: Cell) -> tuple[Connectivity, NDArray[np.float32]]:
    kinds: Mapping[str, type[Connectivity]] = registry("pynn_sfdfa.network.connectivity", cast("Any", Connectivity))
    for kind in kinds.values():
        found = kind.from_nir(node, cell)
        if found is not None:
            return found
    raise NIRError(f"The graph has a {type(node).__name__} for weights; connectivity here is {', '.join(kinds)}.")


def _text(value: object) -> object:
    """HDF5 gives strings back as bytes."""
    return value.decode() if isinstance(value, bytes) else value
