"""PyNN's cell types on Brian2: the equations of pyNN.brian2, in groups whose parameters all take effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import brian2
from brian2 import nS
from pyNN.brian2.standardmodels import cells as pynn_cells
from pyNN.brian2.standardmodels import receptors as pynn_receptors
from pyNN.standardmodels import StandardModelType, build_translations
from pyNN.standardmodels import cells as standard_cells

from pynn_sfdfa.brian2 import stock_groups
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.checks import known
from pynn_sfdfa.common.if_curr_exp import check_if_curr_exp

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LIF",
    "AdExp",
    "AlphaPSR",
    "CondAlphaPostSynapticResponse",
    "CondExpPostSynapticResponse",
    "CurrExpPostSynapticResponse",
    "EIF_cond_alpha_isfa_ista",
    "EIF_cond_exp_isfa_ista",
    "ExpPSR",
    "Given",
    "HH_cond_exp",
    "IF_cond_alpha",
    "IF_cond_exp",
    "IF_cond_exp_gsfa_grr",
    "IF_curr_alpha",
    "IF_curr_delta",
    "IF_curr_exp",
    "Izhikevich",
    "PointNeuron",
]


class Given:
    """Mixed into a cell type of PyNN: its parameters may have units, and the error for an unknown one lists them."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


class IF_curr_exp(Given, pynn_cells.IF_curr_exp):
    """Leaky integrate-and-fire neuron with exponentially decaying synaptic currents."""

    brian2_model = stock_groups.CurrExpGroup

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        check_if_curr_exp(known(self.parameter_space))


class IF_curr_alpha(Given, pynn_cells.IF_curr_alpha):
    """Leaky integrate-and-fire neuron with alpha-function synaptic currents."""

    brian2_model = stock_groups.ThresholdGroup
    # pyNN.brian2 lets the inhibitory current rise and decay with the time constant of the excitatory one.
    eqs = pynn_cells.leaky_iaf + brian2.Equations("""
        die/dt = (e*ye - ie)/tau_syn_e : amp
        dye/dt = -ye/tau_syn_e : amp
        dii/dt = (e*yi - ii)/tau_syn_i : amp
        dyi/dt = -yi/tau_syn_i : amp
        i_syn = ie + ii : amp
        tau_syn_e : second
        tau_syn_i : second
    """)


class IF_curr_delta(Given, pynn_cells.IF_curr_delta):
    """Leaky integrate-and-fire neuron whose potential jumps at an input."""

    brian2_model = stock_groups.ThresholdGroup


class IF_cond_alpha(Given, pynn_cells.IF_cond_alpha):
    """Leaky integrate-and-fire neuron with alpha-function synaptic conductances."""

    brian2_model = stock_groups.ThresholdGroup


class IF_cond_exp(Given, pynn_cells.IF_cond_exp):
    """Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances."""

    brian2_model = stock_groups.ThresholdGroup


class IF_cond_exp_gsfa_grr(Given, pynn_cells.IF_cond_exp_gsfa_grr):
    """Leaky integrate-and-fire neuron with conductances for adaptation and a relative refractory period."""

    brian2_model = stock_groups.ConductanceAdaptiveGroup
    # In the unit that PyNN declares for them.
    state_variable_translations = pynn_cells.IF_cond_exp_gsfa_grr.state_variable_translations | build_translations(
        ("g_s", "g_s", nS), ("g_r", "g_r", nS)
    )


class EIF_cond_exp_isfa_ista(Given, pynn_cells.EIF_cond_exp_isfa_ista):
    """Exponential integrate-and-fire neuron with adaptation and exponential synaptic conductances."""

    brian2_model = stock_groups.ExponentialGroup


class EIF_cond_alpha_isfa_ista(Given, pynn_cells.EIF_cond_alpha_isfa_ista):
    """Exponential integrate-and-fire neuron with adaptation and alpha-function synaptic conductances."""

    brian2_model = stock_groups.ExponentialGroup


class HH_cond_exp(Given, pynn_cells.HH_cond_exp):
    """Hodgkin-Huxley neuron of Traub and Miles with exponential synaptic conductances."""

    brian2_model = stock_groups.HodgkinHuxleyGroup
    receptor_types = ("excitatory", "inhibitory")


class Izhikevich(Given, pynn_cells.Izhikevich):
    """Izhikevich's neuron."""

    brian2_model = stock_groups.IzhikevichGroup


class LIF(Given, pynn_cells.LIF):
    """Membrane of a leaky integrate-and-fire neuron, for PointNeuron."""

    brian2_model = stock_groups.ThresholdGroup


class AdExp(Given, pynn_cells.AdExp):
    """Membrane of an exponential integrate-and-fire neuron with adaptation, for PointNeuron."""

    brian2_model = stock_groups.ExponentialGroup


_RECEPTOR_UNITS = {"tau_syn": "ms", "e_syn": "mV", "ysyn": "uS"}


class CurrExpPostSynapticResponse(Given, pynn_receptors.CurrExpPostSynapticResponse):
    """Receptor with an exponentially decaying current, for PointNeuron."""

    units = pynn_receptors.CurrExpPostSynapticResponse.units | _RECEPTOR_UNITS


class CondExpPostSynapticResponse(Given, pynn_receptors.CondExpPostSynapticResponse):
    """Receptor with an exponentially decaying conductance, for PointNeuron."""

    units = pynn_receptors.CondExpPostSynapticResponse.units | _RECEPTOR_UNITS


class CondAlphaPostSynapticResponse(Given, pynn_receptors.CondAlphaPostSynapticResponse):
    """Receptor with an alpha-function conductance, for PointNeuron."""

    units = pynn_receptors.CondAlphaPostSynapticResponse.units | _RECEPTOR_UNITS


ExpPSR, AlphaPSR = CondExpPostSynapticResponse, CondAlphaPostSynapticResponse


class PointNeuron(pynn_cells.PointNeuron):
    """A neuron that is put together from a membrane and any number of receptors, by name.

    Parameters
    ----------
    neuron : LIF or AdExp
    **receptors
        CurrExpPostSynapticResponse, ExpPSR or AlphaPSR. Their parameters are called ``<receptor>.<parameter>``, such as
        ``AMPA.tau_syn``.
    """

    def __init__(self, neuron: Any, **receptors: Any) -> None:
        standard_cells.PointNeuron.__init__(self, neuron, **receptors)
        self.brian2_model = neuron.brian2_model
        self.default_parameters = dict(neuron.default_parameters)
        self.translations = dict(neuron.translations)
        self.state_variable_translations = dict(neuron.state_variable_translations)
        self.post_synaptic_variables = {}
        self.eqs = neuron.eqs
        for label, receptor in receptors.items():
            self.eqs += receptor.eqs(label)
            self.state_variable_translations |= receptor.state_variable_translations(label)
            self.post_synaptic_variables[label] = receptor.post_synaptic_variable(label)
            for name, translation in receptor.translations(label).items():
                if name != "locations":  # a point has none
                    own = f"{label}.{name}"
                    self.default_parameters[own] = receptor.default_parameters[name]
                    forward = _renamed(translation["forward_transform"], own, name)
                    self.translations[own] = translation | {"forward_transform": forward}
        currents = [receptor.synaptic_current(label) for label, receptor in receptors.items()]
        self.eqs += brian2.Equations(f"i_syn = {' + '.join(currents) or '0*amp'} : amp")

    @property
    def native_parameters(self) -> Any:
        """All parameters by native name, those of receptors beside those of the membrane."""
        space = super().native_parameters
        for label in self.post_synaptic_receptors:
            for name, value in space.pop(label).items():
                space[name] = value
        return space

    def has_parameter(self, name: str) -> bool:
        """Return whether there is a parameter of that name."""
        return name in self.default_parameters

    def get_parameter_names(self) -> list[str]:
        """Return the names of the parameters, those of receptors included."""
        return list(self.default_parameters)

    def get_native_names(self, *names: str) -> list[str]:
        """Return the names that parameters have in Brian2's group."""
        found: list[str] = StandardModelType.get_native_names(self, *names)
        return found


def _renamed(transform: Callable[..., Any], name: str, known: str) -> Callable[..., Any]:
    """Return a transformation of the parameter ``known`` as one of the parameter ``name``."""
    return lambda **parameters: transform(**{known: parameters[name]})
