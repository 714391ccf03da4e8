"""What a network makes of samples, without learning: no rule and no optimiser are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa.common.simulators import load_simulator
from pynn_sfdfa.encoding.presentable import presentable
from pynn_sfdfa.network.checks import check_network
from pynn_sfdfa.rules import LearningRule
from pynn_sfdfa.support.given import check_given
from pynn_sfdfa.training.boosting import Boosting
from pynn_sfdfa.training.engine import check_labels
from pynn_sfdfa.training.losses import Loss, SpikeCount
from pynn_sfdfa.training.metrics import Evaluation, evaluation
from pynn_sfdfa.training.optimizers import Optimizer
from pynn_sfdfa.training.readouts import MostSpikes, Readout
from pynn_sfdfa.training.regularisation import WeightRegularisation
from pynn_sfdfa.training.silence import warn_of_unanswered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.engine import TrainingEngine
    from pynn_sfdfa.training.responses import Responses

__all__ = ["Evaluator"]

_KINDS: dict[str, type] = {
    "rule": LearningRule,
    "optimizer": Optimizer,
    "loss": Loss,
    "readout": Readout,
    "regularisation": WeightRegularisation,
    "boosting": Boosting,
}
"""What arguments must be, if they are given."""


class Evaluator:
    """Shows samples to a network on one simulator.

    Parameters
    ----------
    network : Network
        With the weights that it has now.
    sim : module, optional
        A simulator; default: ``pynn_sfdfa.event``.
    loss : Loss
    readout : Readout
    of_engine
        Further arguments of the simulator's ``training_engine``; see `pynn_sfdfa.training.engine.TrainingEngine`.

    Raises
    ------
    TypeError
        If the simulator offers no training, or an argument is a name or a class in the place of an instance.
    ValueError
        If the simulator cannot run the network.
    """

    _by_name: ClassVar[str] = "loss=SpikeCount()"
    """Example of what is given by name, in messages."""

    def __init__(
        self,
        network: Network,
        sim: Any = None,
        *misplaced: Any,
        loss: Loss | None = None,
        readout: Readout | None = None,
        **of_engine: Any,
    ) -> None:
        sim = load_simulator("event") if sim is None else sim
        if misplaced or not hasattr(sim, "training_engine"):
            name = type(self).__name__
            reason = "" if hasattr(sim, "training_engine") else f"{getattr(sim, '__name__', sim)} offers no training: "
            raise TypeError(
                f"{reason}{name} takes the network, a simulator such as pynn_sfdfa.event, and all else by name: "
                f"{name}(network, sim, {self._by_name})."
            )
        check_network(network)
        for name, value in {"loss": loss, "readout": readout, **of_engine}.items():
            if name in _KINDS and value is not None:
                check_given(name, value, _KINDS[name])
        self.network = network
        self._loss = loss if loss is not None else SpikeCount()
        self._readout = readout if readout is not None else MostSpikes()
        self._engine: TrainingEngine = sim.training_engine(network, loss=self._loss, readout=self._readout, **of_engine)

    def evaluate(self, trains: Presentations) -> Evaluation:
        """Run all samples without learning; ValueError if they do not fit the network or its trials."""
        presentable("trains", trains).check_within(self.network.trial_duration)
        check_labels(trains, self.network.sizes[-1])
        return evaluation(self._engine.respond(trains), trains.labels, self._loss, self._readout)

    def respond(self, trains: Presentations) -> Responses:
        """Return the output spikes of all samples, as far as the readout asks for them; labels are not looked at.

        ValueError if the samples do not fit the network or its trials.
        """
        presentable("trains", trains).check_within(self.network.trial_duration)
        return self._engine.respond(trains)

    def answer(self, trains: Presentations) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the class of each sample and the spikes of each output neuron; labels are not looked at.

        Returns
        -------
        int64 array, shape (samples,)
        int32 array, shape (samples, n_out)

        Raises
        ------
        ValueError
            If the samples do not fit the network or its trials.
        """
        responses = self.respond(trains)
        return self._readout.decide(responses), responses.counts

    def predict(self, trains: Presentations) -> NDArray[np.int64]:
        """Return the class of each sample as the network is now, shape (samples,); see `answer`.

        Warns of samples for which no output neuron spikes, which are taken for class 0.
        """
        classes, counts = self.answer(trains)
        warn_of_unanswered(counts)
        return classes
