"""Spiking Forward Direct Feedback Alignment (Bacho & Chu, arXiv:2403.08804)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.direct import Direct
from pynn_sfdfa.rules.parts.estimated import BiasCorrection, BothFired, Estimated
from pynn_sfdfa.rules.parts.layer_wise import LayerWise
from pynn_sfdfa.rules.parts.spike_times import SpikeTimes
from pynn_sfdfa.rules.parts.timed import Timed
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.settings import MayBeLeftOut, NotNegative, doc

__all__ = ["SFDFA"]


@dataclass(frozen=True)
class SFDFA(LearningRule):
    """Direct, timed or layer-wise transport through feedback that is estimated forward.

    Parameters
    ----------
    feedback_learning_rate : float
        eta_B; feedback starts at 0 and moves towards the mean of v_i d_o (`Estimated`).
    rho, r_target : float
        Rate regularisation of hidden neurons.
    timed : bool
        Hidden spikes learn from the output spikes that come after them (`Timed`), instead of from the output neurons'
        errors whatever the time (`Direct`).
    feedback : {"direct", "layer-wise"}
        Errors reach every hidden layer from the output at once, or from layer to layer (`LayerWise`), each of which
        then estimates the weights to the next one alone.
    bias_correction : bool
        Whether feedback is the mean of what has been seen from the first batch on (`Estimated`).
    both_fired : bool
        Whether feedback is the mean over the trials in which both of its neurons have fired (`Estimated`).
    """

    name: ClassVar[str] = "sfdfa"

    rho: Strength = 0.1
    r_target: TargetRate = 0.2
    feedback_learning_rate: NotNegative = 1e-4
    timed: Annotated[bool, doc("hidden spikes learn from the output spikes that come after them")] = False
    feedback: Annotated[
        Literal["direct", "layer-wise"],
        MayBeLeftOut(),
        doc("from the output to every hidden layer, or to each layer from the one above it"),
    ] = "direct"
    bias_correction: BiasCorrection = False
    both_fired: BothFired = False

    @cached_property
    def parts(self) -> Parts:
        """Spike times; direct, timed or layer-wise transport; estimated feedback."""
        transport: Transport = Timed() if self.timed else Direct()
        if self.feedback == "layer-wise":
            transport = LayerWise("timed" if self.timed else "by neuron")
        estimated = Estimated(self.feedback_learning_rate, self.bias_correction, self.both_fired)
        return Parts(SpikeTimes(), transport, estimated)
