"""Layer-wise feedback: errors go down layer by layer, through feedback from the next layer alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.rules.parts.direct import hidden_error, projection
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.settings import doc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.rules.parts.feedback import Feedback
    from pynn_sfdfa.rules.parts.transport import Regularisation
    from pynn_sfdfa.rules.trials import Trials

__all__ = ["LayerWise"]


@dataclass(frozen=True)
class LayerWise(Transport):
    """Errors come from those of the next layer, through feedback from it (docs/algorithm.md, section 11).

    "timed": spike z of neuron j has the error ``sum_i Bfb[i, j] (S1_i/tau_syn - S2_i/tau_m)`` at its time, the sum over
    the neurons of the next layer. With feedback that equals the forward weights this is exact backpropagation at any
    depth. "by neuron": neuron j has the error ``sum_i Bfb[i, j] e_i``, whatever the time of its spikes. Where neurons
    of the next layer see a part of this one, they share feedback as they share weights.

    Parameters
    ----------
    errors : {"timed", "by neuron"}
    """

    name: ClassVar[str] = "layer-wise"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.LAYER_FEEDBACK})
    through_times: ClassVar[bool] = True
    layer_wise: ClassVar[bool] = True
    asks: ClassVar[tuple[str, ...]] = (
        "spike_errors_through_feedback",
        "neuron_errors_through_feedback",
        "improve_shared_feedback",
    )

    errors: Annotated[Literal["timed", "by neuron"], doc("of every spike, or one for all spikes of a neuron")] = "timed"

    @property
    def all_needs(self) -> frozenset[Need]:
        """All spikes of a trial, too, if they have errors of their own."""
        return self.needs | {Need.ALL_SPIKES} if self.errors == "timed" else self.needs

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The projection of errors of neurons."""
        return () if self.errors == "timed" else (projection(),)

    def initial_feedback(
        self, feedback: Feedback, shapes: Sequence[tuple[int, int]], seed: int
    ) -> list[NDArray[np.float32]]:
        """Return what the feedback would be if each next layer were the output; see `Transport.initial_feedback`."""
        return [feedback.initial((below, above), _seed(seed, k))[0] for k, (above, below) in enumerate(shapes)]

    def assign(self, trials: Trials, feedback: Sequence[NDArray[np.float32]], regularisation: Regularisation) -> None:
        """Go down layer by layer; see `Transport.assign`."""
        error = trials.output_error
        trials.neuron_errors(trials.n_layers - 1, error)
        for layer in range(trials.n_layers - 2, -1, -1):
            own = regularisation(layer)
            if self.errors == "timed":
                trials.neuron_errors(layer, np.broadcast_to(own, trials.counts(layer).shape))
                trials.spike_errors_through_feedback(layer + 1, feedback[layer])
                continue
            if trials.shares_feedback(layer):
                error = trials.neuron_errors_through_feedback(layer + 1, error, feedback[layer]) + own
            else:
                error = hidden_error(error, feedback[layer], own)
            trials.neuron_errors(layer, error)


def _seed(seed: int, layer: int) -> int:
    """Return a seed for the feedback of one layer, whose draws are then none of another layer's."""
    return int(np.random.SeedSequence([seed, layer]).generate_state(1, np.uint64)[0] >> np.uint64(1))
