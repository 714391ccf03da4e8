"""A network as plain values that a checkpoint can hold, and back; its weights are arrays beside them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.network.cells import LIF_SFDFA, IF_curr_exp
from pynn_sfdfa.network.connectivity import Convolution, Dense, Local, Pooling, Summed
from pynn_sfdfa.network.layers import Input
from pynn_sfdfa.network.network import Network, placed
from pynn_sfdfa.network.recurrent import Recurrent
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.network.layers import Layer

__all__ = ["described", "from_description"]

_KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Convolution, Dense, IF_curr_exp, LIF_SFDFA, Local, Pooling, Recurrent)
}
"""What a description may name; nothing else is made from it."""


def described(network: Network) -> dict[str, Any] | None:
    """Return what a network is but for its weights; None if there are layers or cells in it that are not ours."""
    layers: list[Any] = []
    for layer in network.layers:
        connectivity: Any = layer.connectivity
        while isinstance(connectivity, Summed):
            layers.append(connectivity.pooling)
            connectivity = connectivity.above
        layers.append(connectivity)
    try:
        plain = [_plain(layer) for layer in layers]
    except KeyError:
        return None
    return {
        "input": list(network.input.shape),
        "layers": plain,
        "gradient": network.gradient,
        "delay": network.delay,
        "max_spikes": network.max_spikes,
    }


def from_description(description: Any, arrays: Mapping[str, NDArray[np.generic]]) -> Network:
    """Return the network that was described, with the weights and the feedback of a checkpoint.

    Parameters
    ----------
    description : dict
        As `described` has it.
    arrays : mapping
        ``weights.K`` and ``feedback.K`` by name.

    Raises
    ------
    ValueError
        If it is none, or the arrays do not fit it.
    """
    try:
        entry = Input(tuple(description["input"]))
        layers = [entry, *(_built(layer) for layer in description["layers"])]
        settings = {name: description[name] for name in ("gradient", "delay", "max_spikes")}
        _, neurons = placed(layers)
        _check_shapes(neurons, arrays)
        ranges = [(-1.0, 1.0) if layer.connectivity.learns else None for layer in neurons]
        network = Network(layers, weights=ranges, **settings)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"its description of the network is damaged ({short(repr(error))})") from None
    network.restore(arrays)
    return network


def _check_shapes(layers: tuple[Layer, ...], arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Compare shapes before anything of such a size is made."""
    n = sum(name.startswith("weights.") for name in arrays)
    if n != len(layers):
        raise ValueError(f"it has the weights of {n} layers, and describes {len(layers)}")
    for k, layer in enumerate(layers):
        found = arrays[f"weights.{k}"].shape
        if isinstance(layer.connectivity, Dense):
            within = layer.size if layer.connectivity.recurrent is not None else 0
            shape: tuple[int, ...] = (int(np.prod(layer.input_shape, dtype=object)) + within, layer.size)
        else:
            shape = layer.connectivity.sites(layer.input_shape).weight_shape
        if found != shape:
            raise ValueError(f"weights.{k} has the shape {found}; {layer} has {shape}")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kind = type(value).__name__
        if _KINDS[kind] is not type(value):
            raise KeyError(kind)
        return {"kind": kind, **{one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.init}}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def _built(value: Any) -> Any:
    if isinstance(value, dict):
        return _KINDS[value["kind"]](**{name: _built(one) for name, one in value.items() if name != "kind"})
    return tuple(map(_built, value)) if isinstance(value, list) else value
