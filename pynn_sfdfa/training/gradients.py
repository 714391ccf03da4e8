"""How near a rule's gradient comes to the exact one: angles between them, on trials and weights that both share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import load_simulator, who_offers
from pynn_sfdfa.encoding.presentable import presentable
from pynn_sfdfa.network.checks import check_network
from pynn_sfdfa.rules import BP, LearningRule
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.support.wording import quoted
from pynn_sfdfa.training.losses import Loss
from pynn_sfdfa.training.metrics import sign_agreement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.engine import TrainingEngine

__all__ = ["GradientAlignment", "Probe", "angle", "cosine", "measuring"]


@runtime_checkable
class Probe(Protocol):
    """Something more to measure after each epoch; it has no part in the training."""

    def measure(
        self, weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]]
    ) -> dict[str, float]:
        """Return named figures of a network with these weights and feedback, for `EpochRecord.extra`."""
        ...


def measuring(probes: Any) -> list[Probe]:
    """Return probes as a list; TypeError if they are something else."""
    given = list(probes) if isinstance(probes, Iterable) else [probes]
    if not isinstance(probes, Iterable) or not all(
        isinstance(one, Probe) and not isinstance(one, type) for one in given
    ):
        raise TypeError(
            f"probes = {quoted(probes)} is not valid; give a list of objects that have measure(weights, feedback), "
            "such as [GradientAlignment(network, rule, loss, trains)]."
        )
    return given


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the cosine of the angle between two arrays of one shape; 0 if one of them is all zero."""
    x, y = a.astype(np.float64).ravel(), b.astype(np.float64).ravel()
    norm = float(np.linalg.norm(x) * np.linalg.norm(y))
    return max(-1.0, min(1.0, float(x @ y) / norm)) if norm > 0 else 0.0


def angle(cosine: float) -> float:
    """Return an angle in degrees, 0 to 180."""
    return math.degrees(math.acos(cosine))


class GradientAlignment:
    """Compares a rule's gradient of every layer with exact backpropagation's (a `Probe`).

    Both gradients are means over the same trials with the same weights, of the loss alone: without rate regularisation,
    which is the same for all rules. The trials run on engines of their own.

    Parameters
    ----------
    network : Network
    rule : LearningRule
    loss : Loss
    trains : SpikeTrains or other Presentations
        The trials; at least one.
    sim : module, optional
        The simulator to run them on; default: ``pynn_sfdfa.event``.

    Raises
    ------
    TypeError
        If network, rule, loss or trials are something else.
    ValueError
        If there are no trials, they do not fit the network, or the simulator has no gradients.
    """

    def __init__(
        self, network: Network, rule: LearningRule, loss: Loss, trains: Presentations, sim: Any = None
    ) -> None:
        check_network(network)
        check_given("rule", rule, LearningRule)
        check_given("loss", loss, Loss)
        presentable("trains", trains).check_within(network.trial_duration)
        if len(trains) == 0:
            raise ValueError("There are no trials to compare gradients on.")
        self._trains = trains
        make = (load_simulator("event") if sim is None else sim).training_engine
        self._layer_wise = rule.parts.transport.layer_wise
        self._own = make(network, replace(rule, rho=0.0), loss=loss, batch_size=len(trains), threads=1)
        if Need.GRADIENTS not in self._own.offers:
            raise ValueError(
                f"Training on {sim.__name__.removeprefix('pynn_sfdfa.')} cannot be compared with exact gradients: "
                f"it has none. Choose the simulator {' or '.join(who_offers({Need.GRADIENTS}))}."
            )
        self._network = network
        self._exact = make(network, BP(), loss=loss, batch_size=len(trains), threads=1)

    def measure(
        self, weights: Sequence[NDArray[np.float32]], feedback: Sequence[NDArray[np.float32]]
    ) -> dict[str, float]:
        """Return ``gradient_cosine_L`` and ``gradient_angle_L`` (degrees) of each layer L, counted from 1.

        ``sign_agreement_L`` of each hidden layer is the fraction of its feedback weights that have the sign of the
        product of the forward weights above, or of the weights to the next layer if the transport is layer-wise.
        """
        figures: dict[str, float] = {}
        paths = self._network.paths(weights, self._layer_wise)
        own = self._gradients(self._own, weights, feedback)
        exact = self._gradients(self._exact, weights, self._exact.feedback())
        for layer, (mine, true) in enumerate(zip(own, exact, strict=True), start=1):
            figures[f"gradient_cosine_{layer}"] = cosine(mine, true)
            figures[f"gradient_angle_{layer}"] = angle(cosine(mine, true))
        for layer, agreement in enumerate(sign_agreement(paths, feedback, self._layer_wise), start=1):
            figures[f"sign_agreement_{layer}"] = agreement
        return figures

    def _gradients(
        self,
        engine: TrainingEngine,
        weights: Sequence[NDArray[np.float32]],
        feedback: Sequence[NDArray[np.float32]],
    ) -> list[NDArray[np.float32]]:
        state = engine.state()
        state |= {f"weights.{layer}": w for layer, w in enumerate(weights)}
        state |= {f"feedback.{layer}": f for layer, f in enumerate(feedback)}
        engine.load_state(state)
        return engine.gradient(self._trains)
