"""The short form of a network whose layers are all connected all to all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import Network
from pynn_sfdfa.support.numbers import is_integer
from pynn_sfdfa.support.wording import quoted

__all__ = ["FeedForward"]


class FeedForward(Network):
    """A network of LIF_SFDFA neurons, connected all to all: ``Network([Input((n,)), Dense(...), ..., Dense(...)])``.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of the input, of each hidden layer and of the output.
    hidden : mapping, or sequence of mappings (one per hidden layer)
        Parameters of LIF_SFDFA by name; those left out take its defaults.
    output : mapping
        The same for the output layer.
    settings
        Those of `Network`: gradient, delay, weights, max_spikes, seed.

    Raises
    ------
    ValueError
        If sizes or settings are not valid; parameters of cells raise PyNN's InvalidParameterValueError.
    TypeError
        If a simulator is given, which is for `wire` and for the Trainer; or parameters are something else, such as a
        cell.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *misplaced: Any,
        hidden: Mapping[str, float] | Sequence[Mapping[str, float]] = (),
        output: Mapping[str, float] | None = None,
        **settings: Any,
    ) -> None:
        if misplaced or not hasattr(sizes, "__len__"):
            raise TypeError(
                "FeedForward takes the sizes first and all else by name, and no simulator: write "
                "FeedForward([64, 100, 10], ...), and give the simulator to network.wire(sim, trains) or "
                "Trainer(network, sim)."
            )
        if len(sizes) < 2 or not all(is_integer(size, 1) for size in sizes):
            raise ValueError(
                f"sizes = {list(sizes)} is not valid; give the neurons of input, hidden layers and output."
            )
        n_hidden = len(sizes) - 2
        one = isinstance(hidden, Mapping | str) or not isinstance(hidden, Sequence) or not hidden
        each = [hidden or {}] * n_hidden if one else list(hidden)
        if len(each) != n_hidden:
            raise ValueError(f"hidden has parameters for {len(each)} layers, but sizes has {n_hidden} hidden layers.")
        for name, parameters in (*(("hidden", own) for own in each), ("output", output or {})):
            if not isinstance(parameters, Mapping):
                raise TypeError(
                    f"{name} = {quoted(parameters)} is not valid; give parameters of LIF_SFDFA by name, such as "
                    f'{name}={{"v_thresh": -55.0}}. Layers with cells of their own: '
                    "Network([Input((64,)), Dense(100, cell=LIF_SFDFA(v_thresh=-55.0)), Dense(10)])."
                )
        cells = [LIF_SFDFA.of(dict(parameters)) for parameters in (*each, output or {})]
        layers = [Dense(int(size), cell=cell) for size, cell in zip(sizes[1:], cells, strict=True)]
        super().__init__([Input((int(sizes[0]),)), *layers], **settings)
