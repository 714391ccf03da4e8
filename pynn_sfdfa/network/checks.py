"""What is given to be exported or trained: networks, samples, and what these were answered with."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn_sfdfa.network.given_weights import check_weights
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.wording import quoted

__all__ = ["check_network", "check_shape", "check_shown", "check_step"]


def check_network(given: Any) -> None:
    """Raise TypeError unless a network is given, and ValueError unless its weights can be computed with.

    What has a network is told how it is got from there. Weights are arrays that anybody may change or replace.
    """
    from pynn_sfdfa.network.network import Network  # loads PyNN, which settings are read without

    if isinstance(given, Network):
        check_weights(given.weights, given.layers)
        return
    own = isinstance(getattr(given, "network", None), Network)
    one = "that of this one, .network" if own else "such as FeedForward([64, 100, 10])"
    raise TypeError(f"network = {quoted(given)} is not valid; give a Network, {one}.")


def check_shown(samples: Any, inputs: int) -> None:
    """Raise TypeError unless samples are spike trains, ValueError unless they have a unit for each input."""
    from pynn_sfdfa.encoding.spikes import SpikeTrains

    check_given("samples", samples, SpikeTrains)
    if samples.n_units != inputs:
        raise ValueError(f"samples have {samples.n_units} units each, and the network has {inputs} inputs.")


def check_shape(name: str, given: Any, shape: tuple[int, ...], what: str) -> None:
    """Raise ValueError unless an array has a shape; ``what`` says what its axes are."""
    if np.shape(given) != shape:
        raise ValueError(f"{name} has the shape {np.shape(given)}; give {what}, here {shape}.")


def check_step(name: str, given: Any) -> None:
    """Raise TypeError unless a step is a number; which ones are valid, others say."""
    from pynn_sfdfa.support.numbers import is_number

    if not is_number(given):
        raise TypeError(f"{name} = {quoted(given)} is not valid; give a number of ms, such as {name}=0.1.")
