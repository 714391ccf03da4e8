"""Cell types of the event-driven simulator. Parameters keep PyNN's names and units, so translations are identities."""

from __future__ import annotations

from typing import Any

from pyNN.standardmodels import build_translations
from pyNN.standardmodels import cells as pynn_cells

from pynn_sfdfa.common import cells
from pynn_sfdfa.common.arguments import given
from pynn_sfdfa.common.checks import known
from pynn_sfdfa.common.if_curr_exp import check_if_curr_exp

__all__ = ["LIF_SFDFA", "IF_curr_exp", "SpikeSourceArray", "SpikeSourcePoisson"]


class LIF_SFDFA(cells.LIF_SFDFA):
    """Leaky integrate-and-fire neuron with exponential synaptic current that learns with SFDFA."""

    translations = build_translations(*((name, name) for name in cells.LIF_SFDFA.default_parameters))


class IF_curr_exp(pynn_cells.IF_curr_exp):
    """Leaky integrate-and-fire neuron with exponentially decaying synaptic currents, simulated exactly.

    ``cm dv/dt = -cm (v - v_rest)/tau_m + isyn_exc + isyn_inh + i_offset``; at ``v >= v_thresh`` the neuron spikes, and
    ``v`` is held at ``v_reset`` for ``tau_refrac``, while the currents go on. It knows no trials: beside LIF_SFDFA it
    goes on where those return to rest. Its populations may be connected in loops, in each of which there is a delay.

    Parameters
    ----------
    tau_m, tau_syn_E, tau_syn_I : float
        Time constants in ms, > 0, in any ratio.
    cm : float
        Capacitance in nF.
    v_rest, v_reset, v_thresh : float
        Potentials in mV; v_thresh > v_reset. As everywhere in PyNN a neuron starts at -65 mV, whatever its v_rest,
        unless it is given an initial ``v``.
    tau_refrac : float
        Refractory period in ms, >= 0.
    i_offset : float
        Constant current in nA.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        If a value is out of range; the message names parameter, value and what is valid.
    """

    translations = build_translations(*((name, name) for name in pynn_cells.IF_curr_exp.default_parameters))
    recordable = ("spikes", "v", "isyn_exc", "isyn_inh")
    receptor_types = ("excitatory", "inhibitory")
    injectable = False

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))
        check_if_curr_exp(known(self.parameter_space))


class SpikeSourceArray(pynn_cells.SpikeSourceArray):
    """Spike source, generating spikes at the times given in ``spike_times``: ms, in order of time.

    Parameters
    ----------
    spike_times : sequence of float, or one such sequence for each neuron
        Times before the present one are not emitted any more.
    """

    translations = build_translations(("spike_times", "spike_times"))

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))


class SpikeSourcePoisson(pynn_cells.SpikeSourcePoisson):
    """Spike source, generating spikes according to a Poisson process.

    The spikes of each neuron depend only on the seed given to ``setup()``, the order in which populations were
    created, and the neuron's index: the same script gives the same spikes, in one run or several, and again after
    ``reset()``.
    """

    translations = build_translations(("rate", "rate"), ("start", "start"), ("duration", "duration"))

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**given(type(self), parameters))
