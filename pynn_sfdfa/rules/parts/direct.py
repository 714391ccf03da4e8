"""Direct feedback: the output's errors reach every hidden neuron at once, whatever the time of its spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.rules.parts.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.common.needs import Need
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["Direct"]


@dataclass(frozen=True)
class Direct(Transport):
    """Hidden neuron i has the error ``sum_o Bfb[o, i] e_o`` beside its own (docs/algorithm.md, section 5)."""

    name: ClassVar[str] = "direct"
    needs: ClassVar[frozenset[Need]] = frozenset()  # every simulator has it in its synapses

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The projection."""
        from pynn_sfdfa.rules.kernels.project import project

        return (project,)

    def assign(
        self,
        trials: Trials,
        feedback: Sequence[NDArray[np.float32]],
        regularisation: Callable[[int], NDArray[np.float32]],
    ) -> None:
        """Project the output error to every hidden layer; see `Transport.assign`."""
        from pynn_sfdfa.rules.kernels.project import hidden_error

        trials.neuron_errors(trials.n_layers - 1, trials.output_error)
        for layer, weights in enumerate(feedback):
            trials.neuron_errors(layer, hidden_error(trials.output_error, weights, regularisation(layer)))
