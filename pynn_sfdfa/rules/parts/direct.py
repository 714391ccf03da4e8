"""Direct feedback: the output's errors reach every hidden neuron at once, whatever the time of its spikes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pynn_sfdfa.rules.parts.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.rules.parts.transport import Regularisation
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Direct", "hidden_error", "projection"]


@cache
def projection() -> Any:
    """Loaded when it is first called, for who only reads settings needs no compiler."""
    from pynn_sfdfa.rules.parts._project import project

    return project


def hidden_error(
    output_error: NDArray[np.float32], feedback: NDArray[np.float32], offset: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return ``e_i = sum_o Bfb[o, i] e_o + offset_i`` for every trial, shape (trials, n_hidden).

    Parameters
    ----------
    output_error : float32, shape (trials, n_out)
    feedback : float32, shape (n_out, n_hidden)
    offset : float32, shape (n_hidden,)
        The same in every trial: the rate regularisation.
    """
    error = np.empty((output_error.shape[0], offset.size), np.float32)
    projection()(output_error, feedback, offset, error)
    return error


@dataclass(frozen=True)
class Direct(Transport):
    """Hidden neuron i has the error ``sum_o Bfb[o, i] e_o`` beside its own (docs/algorithm.md, section 5)."""

    name: ClassVar[str] = "direct"
    needs: ClassVar[frozenset[Need]] = frozenset()  # every simulator has it in its synapses

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The projection."""
        return (projection(),)

    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Project the output error to every hidden layer; see `Transport.assign`."""
        trials.neuron_errors(trials.n_layers - 1, trials.output_error)
        for layer, weights in enumerate(feedback):
            trials.neuron_errors(layer, hidden_error(trials.output_error, weights, regularisation(layer)))
