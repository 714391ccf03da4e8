"""The layers that an experiment describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pynn_sfdfa.experiments.auto_threshold import is_auto
from pynn_sfdfa.network.cells import LIF_SFDFA, Cell, IF_curr_exp
from pynn_sfdfa.network.connectivity import Connectivity, Convolution, Dense, Local, Pooling
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import placed

if TYPE_CHECKING:
    from pynn_sfdfa.experiments.layer_table import LayerTable
    from pynn_sfdfa.experiments.schema import Cell as CellTable
    from pynn_sfdfa.experiments.schema import Network as NetworkTable
    from pynn_sfdfa.network.layers import Layer

__all__ = ["layers_of", "placed_layers", "ranges_of"]


def layers_of(network: NetworkTable, n_inputs: int, n_out: int) -> list[Input | Connectivity]:
    """Return input, hidden layers and output; ValueError if something does not fit.

    Parameters
    ----------
    n_inputs, n_out : int
        Units that samples have, and classes.
    """
    output = Dense(n_out, cell=_cell(network, "output"), **_within(network.output))
    if network.hidden_sizes:
        cell = _cell(network, "hidden")
        hidden = [Dense(size, cell=cell, **_within(network.hidden)) for size in network.hidden_sizes]
        return [Input((n_inputs,)), *hidden, output]
    shape = network.input_shape
    assert shape is not None
    entry = Input(shape)
    if entry.size != n_inputs:
        raise ValueError(
            f"network.input_shape = {list(shape)} has {entry.size:,} units, and samples have {n_inputs:,}. Set it to "
            "the channels, height and width of the samples."
        )
    return [entry, *(_layer(network, table) for table in network.layers), output]


def placed_layers(network: NetworkTable, n_inputs: int, n_out: int) -> tuple[Layer, ...]:
    """Return the layers of neurons with their shapes; no weights are drawn."""
    return placed(layers_of(network, n_inputs, n_out))[1]


def ranges_of(network: NetworkTable) -> list[tuple[float, float] | None]:
    """Return the range of the initial weights of each layer of neurons, None where they are fixed."""
    if network.hidden_sizes:
        return [network.weights] * (len(network.hidden_sizes) + 1)
    hidden = [table for table in network.layers if not table.sums]
    return [*(None if table.weight else table.weights or network.weights for table in hidden), network.weights]


def _layer(network: NetworkTable, table: LayerTable) -> Connectivity:
    cell = _cell(network, "hidden", table.v_thresh)
    if table.kind == "dense":
        assert table.neurons is not None
        return Dense(table.neurons, cell=cell, **_within(network.hidden))
    if table.kind == "pooling":
        assert table.size is not None
        return Pooling(table.size) if table.weight is None else Pooling(table.size, weight=table.weight, cell=cell)
    assert table.channels is not None
    assert table.kernel is not None
    windows: dict[str, Any] = {"stride": table.stride or 1, "padding": table.padding or 0, "cell": cell}
    kind = Convolution if table.kind == "convolution" else Local
    return kind(table.channels, table.kernel, **windows)


def _within(table: CellTable) -> dict[str, Any]:
    """Return what goes on among the neurons of a layer, as arguments of `Dense`."""
    recurrent = None if table.loops is None else table.loops.build()
    return {"inhibition": table.inhibition, "recurrent": recurrent}


def _cell(network: NetworkTable, name: Literal["hidden", "output"], v_thresh: float | None = None) -> Cell:
    table: CellTable = getattr(network, name)
    kinds: dict[str, type[Cell]] = {"LIF_SFDFA": LIF_SFDFA, "IF_curr_exp": IF_curr_exp}
    parameters = network.cell_parameters(name)
    if v_thresh is not None:
        parameters = {**parameters, "v_thresh": v_thresh}
    if is_auto(parameters["v_thresh"]):
        parameters = {**parameters, "v_thresh": _until_chosen(table)}
    return kinds[table.cell](**parameters)


def _until_chosen(table: CellTable) -> float:
    """Return a threshold in mV that the cell may have: 1 nA above where it rests and what it is reset to."""
    rest = table.v_rest + table.i_offset * table.tau_m / table.cm
    reset = rest if table.v_reset is None else table.v_reset
    return max(rest, reset) + table.tau_m * table.tau_syn / (table.cm * (table.tau_m - table.tau_syn))
