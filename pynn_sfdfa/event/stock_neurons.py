"""A population of PyNN's IF_curr_exp at work: its constants, its state and the synapses that end on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.common.if_curr_exp import check_if_curr_exp
from pynn_sfdfa.common.runaway import RunawayError
from pynn_sfdfa.event.advance import Samples, Spikes, TooManySpikes
from pynn_sfdfa.event.afferents import AfferentTable
from pynn_sfdfa.event.integrate_and_fire import (
    MOST_SPIKES,
    Membranes,
    MembraneState,
    advance_membranes,
    membrane_values,
)
from pynn_sfdfa.event.pathways import merge
from pynn_sfdfa.event.receiving import Receiving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["StockNeurons"]


def _membranes(parameters: Mapping[str, Any]) -> Membranes:
    names = "tau_m", "tau_syn_E", "tau_syn_I", "cm", "v_rest", "i_offset", "v_thresh", "v_reset", "tau_refrac"
    tau_m, tau_E, tau_I, cm, v_rest, i_offset, v_thresh, v_reset, tau_refrac = (
        np.array(parameters[name], float) for name in names
    )
    v_inf = v_rest + i_offset * tau_m / cm
    return Membranes(tau_m, tau_E, tau_I, cm, v_inf, v_thresh - v_inf, v_reset - v_inf, tau_refrac)


class StockNeurons(Receiving):
    """State and synapses of one IF_curr_exp population; times are in ms from the start of the simulation.

    It knows no trials: whatever learns beside it, membrane, currents and spikes in flight go on.

    Parameters
    ----------
    label : str
    parameters : mapping
        Every parameter of IF_curr_exp as an array of shape (n,).

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    signals = "v", "isyn_exc", "isyn_inh"
    trial_duration = math.inf

    def __init__(self, label: str, parameters: Mapping[str, Any]) -> None:
        check_if_curr_exp(parameters)
        super().__init__(label, len(parameters["tau_m"]))
        self._inhibitory = np.zeros(0, np.bool_)
        self.cells = _membranes(parameters)
        self.state = MembraneState(
            *(np.zeros(self.n, np.int64 if f == "counted" else float) for f in MembraneState._fields)
        )
        self.rest()

    def set_parameters(self, parameters: Mapping[str, Any], now: float) -> None:
        """Change parameters from time ``now`` on; v and currents go on from where they are.

        A refractory period that has begun ends when it would have ended.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        check_if_curr_exp(parameters)
        present = self.present(now)
        self.cells = _membranes(parameters)
        self.set_state(now, *present)

    def set_state(
        self, now: float, v: NDArray[np.float64], isyn_exc: NDArray[np.float64], isyn_inh: NDArray[np.float64]
    ) -> None:
        """Set potential (mV) and currents (nA) at time ``now``; in a refractory period v is held at its new value."""
        self.state.time[:] = now
        self.state.w[:] = v - self.cells.v_inf
        self.state.i_E[:] = isyn_exc
        self.state.i_I[:] = isyn_inh

    def present(self, now: float) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return v (mV), isyn_exc and isyn_inh (nA) at time ``now``, up to which the population has been advanced."""
        v, isyn_exc, isyn_inh = membrane_values(self.cells, self.state, now)
        return v, isyn_exc, isyn_inh

    def _gather(self) -> AfferentTable:
        """Return all synapses that end here, gathered anew if projections have been added."""
        if self._table is None or len(self._table.pathways) != len(self.inputs):
            if self._table is not None:
                self._table.hand_back()
            self._table = AfferentTable(self.inputs, self.n, 1)
            inhibits = [p.projection.receptor_type == "inhibitory" for p in self.inputs]
            self._inhibitory = np.repeat(np.array(inhibits, np.bool_), [p.source.size for p in self.inputs])
        return self._table

    def advance(self, end: float, samples: Samples) -> Spikes:
        """Advance through all arrivals up to and including ``end``; return the spikes in order of time, without grades.

        RunawayError if a neuron spikes more than ``MOST_SPIKES`` times within a millisecond.
        """
        table = self._gather()
        try:
            times, neurons = advance_membranes(
                self.cells, self.state, table.arrays, self._inhibitory, table.arrivals(end), samples, end
            )
        except TooManySpikes as error:
            i = int(error.args[0])
            current = self.state.i_E[i] + self.state.i_I[i]
            raise RunawayError(
                f"Neuron {i} of population '{self.label}' spiked more than {MOST_SPIKES} times within a millisecond, "
                f"at {self.state.time[i]:g} ms (v_thresh - v_reset = {self.cells.threshold[i] - self.cells.reset[i]:g} "
                f"mV, synaptic current {current:g} nA, tau_refrac = {self.cells.tau_refrac[i]:g} ms). Raise v_thresh "
                "or tau_refrac, or lower i_offset or the weights of its inputs."
            ) from None
        return merge([Spikes(times, neurons, np.zeros(times.size))])

    def rest(self) -> None:
        """Return to the start: no current, nothing in flight, no neuron refractory, no spikes counted."""
        if self._table is not None:
            self._table.start_trial(np.zeros(self.n, np.int64))
        for array in self.state:
            array[:] = 0
        self.state.release[:] = -math.inf
        self.state.counted_from[:] = -math.inf
