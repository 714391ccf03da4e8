"""Brian2 groups of PyNN's own cell types, in which every parameter is one of each neuron and can be set at any time.

Those of pyNN.brian2 write reset potentials, increments and thresholds of the first neuron into their text, for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import brian2
import numpy as np
from pyNN.brian2.standardmodels.cells import IF_curr_exp

from pynn_sfdfa.brian2 import simulator
from pynn_sfdfa.brian2.exact_step import exact_step
from pynn_sfdfa.brian2.parameters import Parameters
from pynn_sfdfa.brian2.units import scale
from pynn_sfdfa.common.if_curr_exp import check_if_curr_exp
from pynn_sfdfa.models import IF_CURR_EXP_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ConductanceAdaptiveGroup",
    "CurrExpGroup",
    "ExponentialGroup",
    "HodgkinHuxleyGroup",
    "IzhikevichGroup",
    "ThresholdGroup",
]


def _constants(**units: str) -> str:
    """Return the declaration of constants of each neuron, given their units."""
    return "\n".join(f"{name} : {unit} (constant)" for name, unit in units.items())


class StockGroup(Parameters, brian2.NeuronGroup):
    """Neurons of a cell type of PyNN.

    Parameters
    ----------
    n : int
    equations : brian2.Equations
        Of the cell type.
    **parameters
        By native name, as quantities, shape (n,).
    """

    threshold: ClassVar[str]
    reset: ClassVar[str]
    refractory: ClassVar[Any] = "tau_refrac"
    declared: ClassVar[str] = ""  # parameters that only threshold, reset and refractory period refer to
    method: ClassVar[Any] = ("exact", "euler", "heun")  # the first that is possible

    def __init__(self, n: int, equations: Any, **parameters: Any) -> None:
        step = exact_step(equations)
        super().__init__(
            n,
            equations + brian2.Equations(self.declared),
            method=self.method if step is None else lambda *_: step,
            threshold=self.threshold,
            reset=self.reset,
            refractory=self.refractory,
            clock=simulator.state.network.clock,
            name=simulator.contents.new_name("neurons"),
        )
        self.write(parameters)


class ThresholdGroup(StockGroup):
    """Integrate-and-fire neurons with a fixed threshold."""

    declared = _constants(v_thresh="volt", v_reset="volt", tau_refrac="second")
    threshold = "v > v_thresh"
    reset = "v = v_reset"


class CurrExpGroup(ThresholdGroup):
    """Neurons of IF_curr_exp, whose parameters are held against their ranges as on all simulators."""

    def check(self, changed: Mapping[str, Any]) -> None:
        """Raise InvalidParameterValueError unless the parameters are valid, and go together with the others."""
        native = {name: one["translated_name"] for name, one in IF_curr_exp.translations.items()}
        values = self.with_others(changed, native.values())
        check_if_curr_exp({p.name: np.asarray(values[native[p.name]] / scale(p.unit)) for p in IF_CURR_EXP_PARAMETERS})


class ExponentialGroup(StockGroup):
    """Exponential integrate-and-fire neurons with adaptation.

    A neuron spikes at ``v_spike``, but at the latest five ``delta_T`` above ``v_thresh``: from there ``v`` grows
    without limit within 0.7 % of ``tau_m``, which no time step resolves.
    """

    declared = _constants(v_reset="volt", b="amp", tau_refrac="second")
    threshold = "v > v_spike or v > v_thresh + 5*delta_T"
    reset = "v = v_reset; w += b"
    method = "rk2"


class ConductanceAdaptiveGroup(StockGroup):
    """Integrate-and-fire neurons with conductances for adaptation and for a relative refractory period."""

    declared = _constants(v_thresh="volt", v_reset="volt", q_s="siemens", q_r="siemens", tau_refrac="second")
    threshold = "v >= v_thresh"
    reset = "v = v_reset; g_s += q_s; g_r += q_r"
    method = "rk2"


class HodgkinHuxleyGroup(StockGroup):
    """Hodgkin-Huxley neurons, which spike once each time ``v`` rises above -40 mV.

    Each equation is linear in its own variable, which the exponential Euler method makes use of; the forward Euler
    method of pyNN.brian2 diverges in the first spike at a time step of 0.1 ms.
    """

    threshold = "v > -40*mV"
    reset = ""
    refractory = "v > -40*mV"
    method = "exponential_euler"


class IzhikevichGroup(StockGroup):
    """Neurons of Izhikevich's model."""

    threshold = "v >= 30*mV"
    reset = "v = v_reset; u += d"
    refractory = 0 * brian2.ms
