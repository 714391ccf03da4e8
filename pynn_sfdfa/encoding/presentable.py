"""Samples that can be shown to a network, and what to do with those that are not encoded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.support.wording import quoted

if TYPE_CHECKING:
    from pynn_sfdfa.encoding.spikes import Presentations

__all__ = ["check_learnable", "presentable"]

_OF_RECORDINGS = {
    "sound": "pynn_sfdfa.encoding.gammatone_lif.GammatoneLIF()",
    "events": "pynn_sfdfa.encoding.event_bins.EventBins(bin=1.0, duration=100.0)",
}
"""An encoder of each kind."""


def presentable(name: str, samples: Any) -> Presentations:
    """Return samples as they are.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    samples

    Raises
    ------
    TypeError
        If they are not spikes, nor become spikes when they are shown; says which call makes spikes of them.
    """
    if hasattr(samples, "check_within") and not isinstance(samples, type):
        shown: Presentations = samples
        return shown
    kind = type(samples).__name__
    if isinstance(samples, Recordings):
        call = f"{_OF_RECORDINGS[samples.kind]}(samples, samples.labels)"
        raise TypeError(f"{name} is {kind}, which are not spikes yet; encode the samples first, such as {call}.")
    if hasattr(samples, "values") and hasattr(samples, "labels"):
        call = f"latency(samples.values, samples.labels, maximum={_largest(samples.values)})"
    elif isinstance(samples, np.ndarray):
        call = f"latency(values, labels, maximum={_largest(samples)})"
    elif hasattr(samples, "train") and hasattr(samples, "test"):
        raise TypeError(f"{name} is a {kind}, of several parts; give one of them, its samples encoded as spikes.")
    else:
        shares = "; split(samples, fraction, seed) of pynn_sfdfa.encoding.spikes holds samples out"
        number = isinstance(samples, int | float)
        raise TypeError(
            f"{name} = {quoted(samples)} is not valid; give samples that an encoder has made spikes of, "
            f"SpikeTrains{shares if number else ''}."
        )
    raise TypeError(
        f"{name} is {kind}, values that are not spikes yet; encode them first, such as pynn_sfdfa.encoding.{call}."
    )


def check_learnable(trial_duration: float, train: Any, **others: Any) -> None:
    """Check samples to learn from, and others that are given with them or are None.

    Raises
    ------
    TypeError
        As by `presentable`, by the names of the arguments.
    ValueError
        If spikes come after a trial, whose duration is in ms, or there is nothing to learn from.
    """
    for name, samples in {"train": train, **others}.items():
        if samples is not None or name == "train":
            presentable(name, samples).check_within(trial_duration)
    if len(train) == 0:
        raise ValueError("There are no training samples.")
    if train.silent:
        raise ValueError("No training sample has a spike: change the values, or how they are encoded.")


def _largest(values: Any) -> str:
    """Return the largest of some values, for a scale; 1 if they have none."""
    array = np.asarray(values)
    largest = array.max() if array.size and array.dtype.kind in "buif" else 1
    return f"{float(largest):.6g}" if np.isfinite(largest) and largest > 0 else "1"
