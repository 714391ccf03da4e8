"""The vertex of a LIF_SFDFA population: parameters, recording and how it is split over cores."""

from __future__ import annotations

import copy
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors
from pyNN.parameters import Sequence

from pynn_sfdfa import models
from pynn_sfdfa.spiNNaker import simulator
from pynn_sfdfa.spiNNaker.machine_vertex import LIFMachineVertex, core_sdram
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    DataType,
    LegacyPartitionerAPI,
    NeuronRecorder,
    ParameterHolder,
    PopulationApplicationVertex,
    SplitterFixedLegacy,
    SpynnakerDataView,
    colour_bits,
)
from pynn_sfdfa.standardmodels import check_cell_parameters, target_table

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.projections import SFDFAProjection
    from pynn_sfdfa.spiNNaker.spynnaker_names import Slice

__all__ = ["LIFVertex"]

_LIF = models.LIF_SFDFA
_MATRICES = ("v", "i_syn")


class LIFVertex(PopulationApplicationVertex, LegacyPartitionerAPI):
    """The vertex of a population.

    Parameters
    ----------
    n : int
        Neurons.
    label : str
    model : LIF_SFDFA
    neurons_per_core : int

    Attributes
    ----------
    layer : int
        Index among the LIF_SFDFA populations, in order of creation; it determines the perturbations.
    forward, feedback : list of SFDFAProjection
        That end here on receptor type "input" and on "error".
    parameters : dict of str to float
        In PyNN's units; the targets are in ``targets``.
    targets : float64, shape (n, trials)

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    def __init__(self, n: int, label: str, model: Any, neurons_per_core: int) -> None:
        super().__init__(label, neurons_per_core, SplitterFixedLegacy())
        self._n, self.model, self.exact = n, model, model.gradient == "exact"
        self._values: dict[str, Any] = {}
        for name, lazy in model.parameter_space.items():
            own = copy.copy(lazy)  # the cell type may be used again, for another size
            own.shape = (n,)
            values = own.evaluate(simplify=False)
            self._values[name] = _sequences(values, n) if name == "targets" else np.array(values, float)
        self.initial: dict[str, NDArray[np.float64] | None] = {"v": None, "i_syn": None}
        self.forward: list[SFDFAProjection] = []
        self.feedback: list[SFDFAProjection] = []
        self._take_up()
        self.recorder = NeuronRecorder(
            list(_MATRICES), dict.fromkeys(_MATRICES, DataType.S1615), ["spikes"], n, [], {}, [], {}
        )
        known = simulator.contents().vertices
        self.layer = len(known)
        known.append(self)

    def _take_up(self) -> None:
        """Check the parameters and derive what the machine needs."""
        arrays = {name: np.asarray(values, float) for name, values in self._values.items() if name != "targets"}
        check_cell_parameters(arrays)
        for name, values in arrays.items():
            if np.ptp(values):
                raise errors.InvalidParameterValueError(
                    f"LIF_SFDFA: {name} = {values.min():g} and {values.max():g} within one population is not possible "
                    "on SpiNNaker, where its neurons share all parameters but the targets; use one population for "
                    "each value."
                )
        self.parameters = {name: float(values[0]) for name, values in arrays.items()}
        self.targets = target_table(self._values["targets"])
        self.trial_ticks = _ticks(self.parameters["trial_duration"])

    # --- Parameters, as sPyNNaker's Population asks for them ---------------------------------------------------------

    @property
    def n_atoms(self) -> int:
        """The neurons."""
        return self._n

    def get_parameters(self) -> list[str]:
        """Return the names of the parameters."""
        return [p.name for p in _LIF.parameters]

    def get_parameter_values(self, names: Any, selector: Any = None) -> ParameterHolder:
        """Return parameters of some neurons."""
        self._check_parameters(names, self.get_parameters())
        return ParameterHolder(names, lambda name, chosen: _selected(self._values[name], chosen), selector)

    def set_parameter_values(self, name: str, value: Any, selector: Any = None) -> None:
        """Change a parameter; it takes effect with the next run from time 0."""
        self._check_parameters(name, self.get_parameters())
        if SpynnakerDataView.is_ran_last():
            raise RuntimeError(
                f"{name} of '{self.label}' cannot be set within a simulation on SpiNNaker; call reset() before."
            )
        before = self._values[name]
        self._values[name] = before.copy()
        indices = _indices(selector, self._n)
        self._values[name][indices] = _sequences(value, len(indices)) if name == "targets" else value
        try:
            self._take_up()
        except errors.InvalidParameterValueError:
            self._values[name] = before
            self._take_up()
            raise
        SpynnakerDataView.set_requires_data_generation()

    def get_state_variables(self) -> list[str]:
        """Return the state variables that can be initialised."""
        return list(self.initial)

    def get_initial_state_values(self, names: Any, selector: Any = None) -> ParameterHolder:
        """Return initial values of some neurons."""
        self._check_variables(names, self.initial)
        return ParameterHolder(names, lambda name, chosen: _selected(self.initial_values(name), chosen), selector)

    def initial_values(self, name: str) -> NDArray[np.float64]:
        """Return the initial values of v (mV) or i_syn (nA), shape (n,)."""
        given = self.initial[name]
        return np.full(self._n, self.parameters["v_rest"] if name == "v" else 0.0) if given is None else given

    def set_initial_state_values(self, name: str, value: Any, selector: Any = None) -> None:
        """Set initial values of v (mV) or i_syn (nA) in the first trial."""
        self._check_variables(name, self.initial)
        values = self.initial_values(name).copy()
        indices = _indices(selector, self._n)
        values[indices] = value.next(len(indices)) if hasattr(value, "next") else value
        self.initial[name] = values
        SpynnakerDataView.set_requires_data_generation()

    def get_units(self, name: str) -> str:
        """Return the unit of a parameter or variable."""
        if name == "spikes":
            return ""
        unit: str = self.model.units[name]
        return "" if unit == "dimensionless" else unit

    # --- Recording ---------------------------------------------------------------------------------------------------

    def get_recordable_variables(self) -> list[str]:
        """Return spikes, v and i_syn."""
        return list(_LIF.recordable)

    def set_recording(
        self, name: str, sampling_interval: float | None = None, indices: Collection[int] | None = None
    ) -> None:
        """Record a variable of some or all neurons."""
        if name not in _LIF.recordable:
            raise errors.RecordingError(name, self.model)
        self.recorder.set_recording(name, True, sampling_interval, indices)
        SpynnakerDataView.set_requires_mapping()

    def set_not_recording(self, name: str, indices: Collection[int] | None = None) -> None:
        """Stop recording a variable."""
        self.recorder.set_recording(name, False, indexes=indices)

    def get_recording_variables(self) -> list[str]:
        """Return the variables that are recorded."""
        return list(self.recorder.recording_variables)

    def get_buffer_data_type(self, name: str) -> Any:
        """Return how the recorded data of a variable is laid out."""
        return self.recorder.get_buffer_data_type(name)

    def get_sampling_interval_ms(self, name: str) -> float:
        """Return the sampling interval of a variable in ms."""
        interval: float = self.recorder.get_sampling_interval_ms(name)
        return interval

    def get_data_type(self, name: str) -> Any:
        """Return the format of the samples of a variable."""
        return self.recorder.get_data_type(name)

    def get_recording_region(self, name: str) -> int:
        """Return the channel of a variable."""
        channel: int = self.recorder.get_region(name)
        return channel

    def get_neurons_recording(self, name: str, vertex_slice: Slice) -> Collection[int] | None:
        """Return the neurons of a core whose variable is recorded."""
        neurons: Collection[int] | None = self.recorder.neurons_recording(name, vertex_slice)
        return neurons

    # --- Splitting ---------------------------------------------------------------------------------------------------

    @property
    def n_colour_bits(self) -> int:
        """The low bits of a key that carry the time."""
        return colour_bits()

    def get_sdram_used_by_atoms(self, vertex_slice: Slice) -> Any:
        """Return the SDRAM that a core with these neurons needs."""
        return core_sdram(self, vertex_slice)

    def create_machine_vertex(self, vertex_slice: Slice, sdram: Any, label: str | None = None) -> LIFMachineVertex:
        """Return the vertex of a core with these neurons."""
        return LIFMachineVertex(self, vertex_slice, sdram, label)

    # --- Learning ----------------------------------------------------------------------------------------------------

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that learning has all it needs.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, or learning is wired in a way that cannot work.
        """
        given, duration = self.targets.shape[1], self.parameters["trial_duration"]
        needed = math.floor(stop / duration + 1e-9)
        if 0 < given < needed:
            raise ValueError(
                f"Population '{self.label}' has targets for {given} trials, but running to {stop:g} ms completes "
                f"{needed} trials of {duration:g} ms. Give more targets, or run to {given * duration:g} ms at most."
            )
        if given and self.feedback:
            raise ValueError(
                f"Population '{self.label}' has targets and feedback: it cannot be output and hidden population at "
                "once. Remove its targets, or the SFDFAFeedback projection onto it."
            )
        for source in (projection.pre_vertex for projection in self.feedback):
            if not source.targets.size:
                raise ValueError(
                    f"Feedback from population '{source.label}' to '{self.label}' carries no error, because "
                    f"'{source.label}' has no targets. Set its targets (spike counts per trial)."
                )
        teaches = given or self.feedback or self.parameters["rho"]
        if not teaches and any(projection.learning_rate for projection in self.forward):
            warnings.warn(
                f"The synapses onto population '{self.label}' have a learning_rate but nothing to learn from: it has "
                "no targets, no SFDFAFeedback projection and rho = 0. Their weights will not change.",
                stacklevel=2,
            )


def _sequences(value: Any, n: int) -> NDArray[np.object_]:
    """Return one sequence of targets for each neuron, shape (n,)."""
    value = getattr(value, "base_value", value)
    if isinstance(value, Sequence) or not len(value):
        each = [value] * n
    else:
        each = list(np.atleast_1d(value) if n == 1 else value)
    out = np.empty(n, dtype=object)
    out[:] = [one if isinstance(one, Sequence) else Sequence(np.ravel(one)) for one in each]
    return out


def _indices(selector: Any, n: int) -> NDArray[np.int64]:
    return np.arange(n) if selector is None else np.atleast_1d(np.arange(n)[selector])


def _selected(values: Any, selector: Any) -> list[Any]:
    return [values[i] for i in _indices(selector, len(values))]


def _ticks(duration: float) -> int:
    """Return the steps in a trial."""
    dt = float(SpynnakerDataView.get_simulation_time_step_ms())
    steps = round(duration / dt)
    if steps < 1 or not math.isclose(steps * dt, duration, rel_tol=1e-9):
        near = max(steps, 1) * dt
        raise errors.InvalidParameterValueError(
            f"LIF_SFDFA: trial_duration = {duration:g} ms is not a multiple of the timestep of {dt:g} ms; choose "
            f"{near:g} ms, or a timestep that divides {duration:g} ms in setup()."
        )
    return steps
