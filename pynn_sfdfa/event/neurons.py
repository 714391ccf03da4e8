"""A population of LIF_SFDFA neurons at work: its constants, its state and the synapses that end on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa import models
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.perturbation import perturbations
from pynn_sfdfa.common.runaway import RunawayError
from pynn_sfdfa.common.targets import target_table
from pynn_sfdfa.event.advance import Cells, Layer, Samples, Spikes, State, TooManySpikes, advance, values
from pynn_sfdfa.event.afferents import AfferentTable
from pynn_sfdfa.event.kept_trial import KeptTrial
from pynn_sfdfa.event.pathways import merge
from pynn_sfdfa.event.receiving import Receiving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.event.pathways import Pathway

__all__ = ["MOST_SPIKES", "Neurons"]

MOST_SPIKES = 10_000
"""Spikes that a neuron may emit in one trial; more means that the network has run away."""


def _cells(parameters: Mapping[str, Any], former_group: NDArray[np.int64]) -> tuple[Cells, NDArray[np.int64]]:
    """Return the constants of the kernel, and of each group of neurons the former group that it was part of.

    Neurons share presynaptic traces as long as they have had the same time constants all the time.
    """
    tau_m, tau_syn, cm, v_rest, v_thresh = (
        np.array(parameters[name], float) for name in ("tau_m", "tau_syn", "cm", "v_rest", "v_thresh")
    )
    constants = models.LIF_SFDFA.values_of_constants(
        {"tau_m": tau_m, "tau_syn": tau_syn, "cm": cm, "v_rest": v_rest, "v_thresh": v_thresh}
    )
    keys, group = np.unique(np.stack([tau_m, tau_syn, former_group]), axis=1, return_inverse=True)
    cells = Cells(tau_m, tau_syn, v_rest, constants["kappa"], constants["c"], group.ravel())
    return cells, keys[2].astype(np.int64)


class Neurons(Receiving):
    """State and synapses of one LIF_SFDFA population; times are in ms from the start of the trial.

    Parameters
    ----------
    label : str
    parameters : mapping
        Every parameter of LIF_SFDFA as an array of shape (n,).
    exact : bool
        Form of the spike-time derivative.
    seed, index : int
        Determine the perturbations; ``index`` counts LIF_SFDFA populations in order of creation.

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    signals = "v", "i_syn"

    def __init__(self, label: str, parameters: Mapping[str, Any], exact: bool, seed: int, index: int) -> None:
        super().__init__(label, len(parameters["tau_m"]))
        self.feedback: list[Pathway] = []  # those that end here on receptor type "error"
        self.exact = exact
        self.kept: KeptTrial | None = None  # what timed feedback needs to know of the trial
        self._seed = seed
        self._index = index
        self._layer: Layer | None = None
        self.perturbation = np.zeros(self.n)
        self.state = State(*(np.zeros(self.n, np.int64 if f == "n_spikes" else float) for f in State._fields))
        self._check(parameters)
        self.cells, _ = _cells(parameters, np.zeros(self.n, np.int64))
        self._set_trial_parameters(parameters)

    def _check(self, parameters: Mapping[str, Any]) -> None:
        check_cell_parameters(parameters)
        durations = np.unique(np.asarray(parameters["trial_duration"], float))
        if durations.size > 1:
            raise errors.InvalidParameterValueError(
                f"LIF_SFDFA: trial_duration = {durations[0]:g} ms and {durations[1]:g} ms within population "
                f"'{self.label}' is not valid; it must be the same for all neurons of a network."
            )
        target_table(parameters["targets"])

    def _set_trial_parameters(self, parameters: Mapping[str, Any]) -> None:
        self.trial_duration = float(parameters["trial_duration"][0])
        self.targets = target_table(parameters["targets"])
        self.rho, self.r_target = (np.array(parameters[name], float) for name in ("rho", "r_target"))
        self._layer = None

    def set_parameters(self, parameters: Mapping[str, Any], now: float) -> None:
        """Change parameters from time ``now`` on; v, i_syn, traces and R go on from where they are.

        Raises
        ------
        pyNN.errors.InvalidParameterValueError
            Before anything is changed.
        """
        self._check(parameters)
        v, i_syn = self.present(now)
        if self._table is not None:
            self._table.settle(now, self.cells, self.state.last_spike)
        self.state.last_spike[:] = now
        self.cells, former = _cells(parameters, self.cells.group)
        if self._table is not None:
            self._table.regroup(former)
        self.set_state(now, v, i_syn)
        self._set_trial_parameters(parameters)

    def set_state(self, now: float, v: NDArray[np.float64], i_syn: NDArray[np.float64]) -> None:
        """Set potential (mV) and synaptic current (nA) at time ``now``."""
        self.state.time[:] = now
        self.state.A[:] = i_syn
        self.state.B[:] = i_syn + (v - self.cells.v_rest) / self.cells.kappa

    def present(self, now: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return v (mV) and i_syn (nA) at time ``now``, up to which the population has been advanced."""
        v, i_syn = values(self.cells, self.state, now)
        return v, i_syn

    def prepare(self, trial: int) -> None:
        """Gather the synapses if projections have been added, and draw the perturbations of the trial."""
        if self._table is None or len(self._table.pathways) != len(self.inputs):
            former = self._table
            if former is not None:
                former.hand_back()
            self._table = AfferentTable(self.inputs, self.n, int(self.cells.group.max()) + 1)
            if former is not None:
                self._table.take_traces(former)
            self._layer = None
        for p in self.feedback:
            if p.timed:
                for neurons in (self, p.source.dynamics):
                    neurons.kept = neurons.kept if neurons.kept is not None else KeptTrial()
        estimates = any(p.projection.values["learning_rate"].any() for p in self.feedback)
        self.perturbation[:] = perturbations(self._seed, self._index, trial, self.n) if estimates else 0.0

    @property
    def table(self) -> AfferentTable:
        """All synapses that end here; :meth:`prepare` first."""
        assert self._table is not None
        return self._table

    def advance(self, end: float, samples: Samples) -> Spikes:
        """Advance through all arrivals up to and including ``end``; return the spikes in order of time.

        RunawayError if a neuron spikes more than ``MOST_SPIKES`` times in the trial.
        """
        if self._layer is None:
            _, first = np.unique(self.cells.group, return_index=True)
            taus = self.cells.tau_m[first], self.cells.tau_syn[first]
            slack = 1e-12 * self.trial_duration
            self._layer = Layer(
                self.cells, self.state, self.table.arrays, *taus, self.perturbation, self.exact, MOST_SPIKES, slack
            )
        try:
            arrivals = self.table.arrivals(end)
            *spikes, currents = advance(self._layer, arrivals, samples, end)
            if self.kept is not None:
                self.kept.keep(arrivals, Spikes(*spikes), currents)
            return merge([Spikes(*spikes)])
        except TooManySpikes as error:
            i = int(error.args[0])
            raise RunawayError(
                f"Neuron {i} of population '{self.label}' spiked more than {MOST_SPIKES} times in one trial of "
                f"{self.trial_duration:g} ms (v_thresh - v_rest = {self.cells.c[i] * self.cells.kappa[i]:g} mV, "
                f"i_syn = {self.state.A[i]:g} nA). Raise v_thresh, or lower weights or learning rates of its inputs."
            ) from None

    def rest(self) -> None:
        """Return to rest, as at the start of a trial: no current, no spikes counted, no traces, nothing in flight."""
        if self._table is not None:
            self._table.start_trial(self.state.n_spikes)
        if self.kept is not None:
            self.kept.forget()
        for array in self.state:
            array[:] = 0
