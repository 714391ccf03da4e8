"""PyNN's cell types on Brian2, with every parameter a variable: one for each neuron, that can be set at any time.

pyNN.brian2 writes some of them (v_reset, tau_refrac, what is added at a spike) as numbers into the code of a group,
where setting them has no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import brian2
import numpy as np
from pyNN import brian2 as pynn

from pynn_sfdfa.brian2 import simulator

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "LIF",
    "AdExp",
    "EIF_cond_alpha_isfa_ista",
    "EIF_cond_exp_isfa_ista",
    "HH_cond_exp",
    "IF_cond_alpha",
    "IF_cond_exp",
    "IF_cond_exp_gsfa_grr",
    "IF_curr_alpha",
    "IF_curr_delta",
    "IF_curr_exp",
    "Izhikevich",
    "StockGroup",
]

_UNITS = {"v_thresh": "volt", "v_reset": "volt", "tau_refrac": "second", "b": "amp", "q_r": "siemens", "q_s": "siemens"}
"""Of the parameters that pyNN.brian2's equations do not declare."""


class StockGroup(brian2.NeuronGroup):
    """The Brian2 group of a population of PyNN's own cells.

    Parameters
    ----------
    n : int
    equations : brian2.Equations
    **parameters
        In Brian2's units, shape (n,).
    """

    spikes_when: ClassVar[str] = "v > v_thresh"
    on_spike: ClassVar[str] = "v = v_reset"
    integration: ClassVar[Any] = ("exact", "euler", "heun")

    def __init__(self, n: int, equations: Any, **parameters: Any) -> None:
        undeclared = [name for name in _UNITS if name in parameters and name not in equations]
        equations += "\n".join(f"{name} : {_UNITS[name]}" for name in undeclared)
        refractory = {"refractory": "tau_refrac"} if "tau_refrac" in parameters else {}
        super().__init__(
            n,
            model=equations,
            threshold=self.spikes_when,
            reset=self.on_spike,
            method=self.integration,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("stock"),
            **refractory,
        )
        self.add_attribute("initial_values")
        self.initial_values: dict[str, Any] = {}
        for name, value in parameters.items():
            self.write(name, np.asarray(value, float))

    def read(self, name: str) -> NDArray[np.float64]:
        """Return a parameter of all neurons, in SI units."""
        return np.array(getattr(self, f"{name}_")[:])

    def quantity(self, name: str) -> Any:
        """Return a parameter of all neurons, with its unit."""
        return getattr(self, name)[:]

    def write(self, name: str, values: NDArray[np.float64]) -> None:
        """Set a parameter of all neurons from the present time on, in SI units."""
        setattr(self, f"{name}_", values)

    def initialize(self) -> None:
        """Set the initial values, as pyNN.brian2 asks its groups to."""
        for variable, values in self.initial_values.items():
            setattr(self, variable, values)


class _AdaptiveExponential(StockGroup):
    spikes_when = "v > v_spike"
    on_spike = "v = v_reset\nw += b"
    integration = "rk2"


class _Adaptive(StockGroup):
    spikes_when = "v >= v_thresh"
    on_spike = "v = v_reset\ng_r += q_r\ng_s += q_s"
    integration = "rk2"


class _HodgkinHuxley(StockGroup):
    spikes_when = "v > -40*mV"
    on_spike = ""


class _Izhikevich(StockGroup):
    spikes_when = "v >= 30*mV"
    on_spike = "v = v_reset\nu += d"


class IF_curr_alpha(pynn.IF_curr_alpha):
    """Leaky integrate-and-fire neuron with alpha-shaped synaptic currents."""

    brian2_model = StockGroup


class IF_curr_exp(pynn.IF_curr_exp):
    """Leaky integrate-and-fire neuron with exponential synaptic currents."""

    brian2_model = StockGroup


class IF_curr_delta(pynn.IF_curr_delta):
    """Leaky integrate-and-fire neuron whose potential jumps at an input."""

    brian2_model = StockGroup


class IF_cond_alpha(pynn.IF_cond_alpha):
    """Leaky integrate-and-fire neuron with alpha-shaped synaptic conductances."""

    brian2_model = StockGroup


class IF_cond_exp(pynn.IF_cond_exp):
    """Leaky integrate-and-fire neuron with exponential synaptic conductances."""

    brian2_model = StockGroup


class LIF(pynn.LIF):
    """Leaky integrate-and-fire neuron, as a part of PointNeuron."""

    brian2_model = StockGroup


class EIF_cond_exp_isfa_ista(pynn.EIF_cond_exp_isfa_ista):
    """Adaptive exponential integrate-and-fire neuron with exponential synaptic conductances."""

    brian2_model = _AdaptiveExponential


class EIF_cond_alpha_isfa_ista(pynn.EIF_cond_alpha_isfa_ista):
    """Adaptive exponential integrate-and-fire neuron with alpha-shaped synaptic conductances."""

    brian2_model = _AdaptiveExponential


class AdExp(pynn.AdExp):
    """Adaptive exponential integrate-and-fire neuron, as a part of PointNeuron."""

    brian2_model = _AdaptiveExponential


class IF_cond_exp_gsfa_grr(pynn.IF_cond_exp_gsfa_grr):
    """Integrate-and-fire neuron with spike-frequency adaptation and relative refractoriness."""

    brian2_model = _Adaptive


class HH_cond_exp(pynn.HH_cond_exp):
    """Hodgkin-Huxley neuron with exponential synaptic conductances."""

    brian2_model = _HodgkinHuxley


class Izhikevich(pynn.Izhikevich):
    """Izhikevich's neuron; its potential jumps at an input."""

    brian2_model = _Izhikevich
