"""Hybrid macro/micro level backpropagation (Jin, Zhang & Li, NeurIPS 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from pynn_sfdfa.rules.learning_rule import LearningRule, Parts, Strength, TargetRate
from pynn_sfdfa.rules.parts.macro import Macro, SilentRatio, SilentTargetSpikes
from pynn_sfdfa.rules.parts.no_feedback import NoFeedback
from pynn_sfdfa.rules.parts.spsp import SPSP, Lateral, Micro, Silent
from pynn_sfdfa.support.settings import MayBeLeftOut

__all__ = ["HM2BP"]


@dataclass(frozen=True)
class HM2BP(LearningRule):
    """Rate-coded errors through spike trains, and the potentials that synapses add at spikes as local gradients.

    It moves no spike times but the potential summed over a neuron's spikes (docs/algorithm.md, section 10).

    Parameters
    ----------
    micro, lateral : bool
        Whether the potential counts more for the spikes that it causes, and inhibition within a layer (`SPSP`).
    silent : float
        Effect of an input spike on a neuron that did not fire, in tau_syn/cm (`SPSP`).
    silent_target_spikes : int
        Spikes that a silent target neuron is given (`Macro`).
    silent_ratio : float
        What silent neurons pass on of errors (`Macro`).
    rho, r_target : float
        Rate regularisation of hidden neurons; none was published.
    """

    name: ClassVar[str] = "hm2bp"

    rho: Annotated[Strength, MayBeLeftOut()] = 0.0
    r_target: Annotated[TargetRate, MayBeLeftOut()] = 0.0
    micro: Micro = True
    lateral: Lateral = True
    silent: Silent = 0.1
    silent_target_spikes: SilentTargetSpikes = 35
    silent_ratio: SilentRatio = 1.0

    @cached_property
    def parts(self) -> Parts:
        """S-PSP; macro transport; no feedback."""
        local = SPSP(silent=self.silent, micro=self.micro, lateral=self.lateral)
        return Parts(local, Macro(self.silent_target_spikes, self.silent_ratio), NoFeedback())
