"""Is the network able to learn at all? Checks after each epoch, with what to change."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.support.limits import LARGEST_WEIGHT
from pynn_sfdfa.training.checkpoint_arrays import first_wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.tally import Tally

__all__ = ["CannotLearnError", "check_activity", "check_weights", "warn_of_silence"]

_TOO_MANY_CAPPED = 0.5
"""Fraction of neurons and trials at the cap from which spike counts no longer tell inputs apart."""


class CannotLearnError(RuntimeError):
    """The network cannot learn; the message names the layer, its figures and what to change."""


_FIRED = 1.0
"""Spikes of a layer in a sample, from which it fired: what had one in an epoch was silent before it learned."""


def check_weights(
    weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]], epoch: int, gradient: str
) -> None:
    """Raise CannotLearnError if a weight is not finite, or too large to compute with.

    Parameters
    ----------
    weights, feedback : sequence of float32
        Of each layer.
    epoch : int
    gradient : {"bounded", "exact"}
        Of the network, for what can be changed.
    """
    bounded = "." if gradient == "bounded" else ", or use gradient = 'bounded'."
    of_weights = f"Lower the learning rate{bounded}"
    of_feedback = f"Lower feedback_learning_rate, the rule's, or the learning rate{bounded}"
    for kind, arrays, change in (("weights", weights, of_weights), ("feedback weights", feedback, of_feedback)):
        for layer, array in enumerate(arrays):
            if first_wrong(array) is not None:
                infinite = int(np.count_nonzero(~np.isfinite(array)))
                wrong = infinite or int(np.count_nonzero(np.abs(array) > LARGEST_WEIGHT))
                raise CannotLearnError(
                    f"Epoch {epoch}: {wrong} of {array.size} {kind} of layer {layer + 1} are "
                    f"{'not finite' if infinite else f'beyond {LARGEST_WEIGHT:g} nA'}. "
                    f"{change}"
                )


def check_activity(
    tally: Tally,
    network: Network,
    epoch: int,
    propose: Callable[[int, bool], str] | None = None,
    before: Sequence[float] | None = None,
) -> None:
    """Raise CannotLearnError if a layer was silent through the whole epoch, or fired at the cap.

    Parameters
    ----------
    tally : Tally
        Of the epoch.
    network : Network
    epoch : int
    propose : callable, optional
        Given a layer of neurons and whether its threshold is too high, returns a sentence about the one to choose.
    before : sequence of float, optional
        Spikes of each layer in a sample of the epoch before, if there was one.
    """
    for index, (layer, spikes, capped) in enumerate(zip(network.layers, tally.spikes, tally.capped, strict=True)):
        cell = layer.cell
        threshold = cell.v_thresh - cell.resting_potential
        name = _name(index, network)
        if spikes.sum() == 0 and before is not None and before[index] >= _FIRED:
            raise CannotLearnError(
                f"{name} ({layer.size} neurons) did not fire once in the {tally.samples} trials of epoch {epoch}. "
                f"In the epoch before it fired {before[index]:.3g} spikes a sample, so it has fallen silent by "
                "learning: lower the learning rate first."
            )
        if spikes.sum() == 0:
            calm = ", lower its inhibition" if layer.connectivity.inhibition else ""
            raise CannotLearnError(
                f"{name} ({layer.size} neurons) did not fire once in the {tally.samples} trials of epoch {epoch}, so "
                f"nothing can be learned. Its threshold is {threshold:g} mV above rest "
                f"(c = {cell.threshold_current:.3g} nA): lower v_thresh{calm}, widen the range of the initial weights, "
                f"or give it more active inputs.{_proposed(propose, index, True)}"
            )
        fraction = capped / (tally.samples * layer.size)
        if fraction > _TOO_MANY_CAPPED:
            raise CannotLearnError(
                f"{name} ({layer.size} neurons) fired {network.max_spikes} spikes, the cap, in {100 * fraction:.0f} % "
                f"of neurons and trials of epoch {epoch}, so its counts carry no information. Its threshold is "
                f"{threshold:g} mV above rest: raise v_thresh, narrow the range of the initial "
                f"weights, or raise max_spikes.{_proposed(propose, index, False)}"
            )


def warn_of_silence(tested: Sequence[float], learned: Sequence[float], network: Network, epoch: int) -> None:
    """Warn if a layer that fired while the network learned fires for no test sample afterwards.

    After the last epoch none follows in which `check_activity` would find it.

    Parameters
    ----------
    tested, learned : sequence of float
        Spikes of each layer in a test sample after the epoch, and in a sample of the epoch.
    network : Network
    epoch : int
    """
    for index, (layer, after, before) in enumerate(zip(network.layers, tested, learned, strict=True)):
        if after == 0 and before > 0:
            warnings.warn(
                f"{_name(index, network)} ({layer.size} neurons) fires for no test sample after epoch {epoch}, in "
                f"which it fired {before:.3g} spikes a sample. If these were of the first samples, it has fallen "
                "silent by learning: lower the learning rate. If they were few from the start, lower its v_thresh.",
                stacklevel=4,
            )
            return


def _name(layer: int, network: Network) -> str:
    return "The output layer" if layer == len(network.layers) - 1 else f"Hidden layer {layer + 1}"


def _proposed(propose: Callable[[int, bool], str] | None, layer: int, lower: bool) -> str:
    return "" if propose is None else f" {propose(layer, lower)}"
