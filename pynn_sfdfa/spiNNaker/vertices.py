"""The vertex of a LIF_SFDFA population: parameters, what it receives, recording and how it is split over cores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyNN import errors

from pynn_sfdfa import models
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.populations import check_finite
from pynn_sfdfa.common.targets import check_learning, target_table
from pynn_sfdfa.common.timed import lag_to
from pynn_sfdfa.common.trials import steps_in_trial
from pynn_sfdfa.spiNNaker.layout import Region
from pynn_sfdfa.spiNNaker.machine_vertex import LIFMachineVertex, core_sdram
from pynn_sfdfa.spiNNaker.receivers import Receiver, TimedFrom, check_rates
from pynn_sfdfa.spiNNaker.simulator import refuse_within, state
from pynn_sfdfa.spiNNaker.spynnaker_names import (
    DataType,
    LegacyPartitionerAPI,
    NeuronRecorder,
    ParameterHolder,
    PopulationApplicationVertex,
    SplitterFixedLegacy,
    SpynnakerDataView,
    colour_bits,
    timestep_ms,
)
from pynn_sfdfa.spiNNaker.synaptic_memory import SynapticMemory, check_feedback, timed_source
from pynn_sfdfa.spiNNaker.values import Values, neurons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.spynnaker_names import Slice

__all__ = ["LIFVertex"]

_LIF = models.LIF_SFDFA
_MATRICES = ("v", "i_syn")


class LIFVertex(Values, PopulationApplicationVertex, LegacyPartitionerAPI):
    """The vertex of a population.

    Parameters
    ----------
    n : int
        Neurons.
    label : str
    model : LIF_SFDFA
    values : dict of str to array, shape (n,)
        Its parameters in PyNN's units.
    neurons_per_core : int

    Attributes
    ----------
    layer : int
        Index among the LIF_SFDFA populations, in order of creation; it determines the perturbations.
    forward, feedback : SynapticMemory
        The synapses that end here on receptor type "input" and on "error".
    parameters : dict of str to float
        In PyNN's units; the targets are in ``targets``.
    targets : float64, shape (n, trials)

    Raises
    ------
    pyNN.errors.InvalidParameterValueError
        Names the parameter, its value and what is valid.
    """

    def __init__(self, n: int, label: str, model: Any, values: dict[str, NDArray[Any]], neurons_per_core: int) -> None:
        super().__init__(label, neurons_per_core, SplitterFixedLegacy())
        self._n, self.model, self.exact = n, model, model.gradient == "exact"
        self.values = values
        self.initial: dict[str, NDArray[np.float64] | None] = {"v": None, "i_syn": None}
        self.forward = SynapticMemory(self, Region.WEIGHTS)
        self.feedback = SynapticMemory(self, Region.FEEDBACK)
        self._take_up()
        self.recorder = NeuronRecorder(
            list(_MATRICES), dict.fromkeys(_MATRICES, DataType.S1615), ["spikes"], n, [], {}, [], {}
        )
        self.layer = len(state.vertices)
        state.vertices.append(self)
        state.groups.append(self)

    def _take_up(self) -> None:
        """Check the parameters and derive what the machine needs."""
        arrays = {name: values.astype(float) for name, values in self.values.items() if name != "targets"}
        check_cell_parameters(arrays)
        for name, values in arrays.items():
            if np.ptp(values):
                raise errors.InvalidParameterValueError(
                    f"LIF_SFDFA: {name} = {values.min():g} and {values.max():g} within one population is not possible "
                    "on SpiNNaker, where its neurons share all parameters but the targets; use one population for "
                    "each value."
                )
        self.parameters = {name: float(values[0]) for name, values in arrays.items()}
        self.targets = target_table(self.values["targets"])
        self.trial_ticks = steps_in_trial(self.parameters["trial_duration"], timestep_ms())

    def described(self) -> Receiver:
        """Return what a core needs to know of the population."""
        return Receiver(
            label=self.label,
            n=self._n,
            per_core=int(self.get_max_atoms_per_core()),
            layer=self.layer,
            trial_ticks=self.trial_ticks,
            parameters=self.parameters,
            exact=self.exact,
            targets=self.targets,
            v=self.initial_values("v"),
            i_syn=self.initial_values("i_syn"),
            colour_bits=self.n_colour_bits,
            forward=tuple(self.forward.incoming),
            feedback=tuple(self.feedback.incoming),
            timed=self._timed(),
        )

    def _timed(self) -> TimedFrom | None:
        """Return where timed feedback comes from; see `pynn_sfdfa.common.timed.lag_to`."""
        source = timed_source(self.label, self.feedback)
        if source is None:
            return None
        return TimedFrom(source.parameters, round(lag_to(source, self, _ways, (source.label, self.label))))

    # --- A simulation ------------------------------------------------------------------------------------------------

    def check(self, stop: float) -> None:
        """Check before a run to ``stop`` (ms) that learning has all it needs.

        Raises
        ------
        ValueError
            If targets run out before ``stop``, or learning is wired in a way that cannot work.
        """
        for memory in (self.forward, self.feedback):
            check_rates(memory.incoming)
        check_feedback(self.label, self.feedback)
        self._timed()
        check_learning(
            self.label,
            stop,
            self.parameters["trial_duration"],
            given=self.targets.shape[1],
            feedback_from=((i.source.label, bool(i.source.targets.size)) for i in self.feedback.incoming),
            regularised=bool(self.parameters["rho"]),
            plastic=any(incoming.learning_rate for incoming in self.forward.incoming),
        )

    def outdated(self) -> None:
        """Take note that the machine has run, and may have changed weights."""
        for memory in (self.forward, self.feedback):
            memory.outdated()

    def fetch(self) -> None:
        """Read back the weights that the machine may have changed."""
        for memory in (self.forward, self.feedback):
            for incoming in memory.incoming:
                memory.fetch(incoming)

    # --- Parameters --------------------------------------------------------------------------------------------------

    @property
    def n_atoms(self) -> int:
        """The neurons."""
        return self._n

    def set_values(self, changes: Mapping[str, Any], indices: NDArray[np.int64]) -> None:
        """Change parameters of some neurons; they take effect with the next run from time 0.

        Raises
        ------
        RuntimeError
            If a simulation has begun.
        pyNN.errors.InvalidParameterValueError
            If a value is not valid; nothing has been changed.
        """
        refuse_within(f"{', '.join(changes)} of '{self.label}' cannot be set")
        before = self.values
        self.values = self.changed(changes, indices)
        try:
            self._take_up()
        except errors.InvalidParameterValueError:
            self.values = before
            self._take_up()
            raise
        SpynnakerDataView.set_requires_data_generation()

    def get_state_variables(self) -> list[str]:
        """Return the state variables that can be initialised."""
        return list(self.initial)

    def initial_values(self, name: str) -> NDArray[np.float64]:
        """Return the initial values of v (mV) or i_syn (nA), shape (n,)."""
        given = self.initial[name]
        return np.full(self._n, self.parameters["v_rest"] if name == "v" else 0.0) if given is None else given

    def get_initial_state_values(self, names: Any, selector: Any = None) -> ParameterHolder:
        """Return initial values of some neurons."""
        return ParameterHolder(
            names, lambda name, chosen: list(self.initial_values(name)[neurons(chosen, self._n)]), selector
        )

    def set_initial_values(self, name: str, values: NDArray[np.float64], indices: NDArray[np.int64]) -> None:
        """Set initial values of v (mV) or i_syn (nA) of some neurons in the first trial."""
        check_finite(f"LIF_SFDFA: initial {name}", values, self.model.units[name])
        own = self.initial_values(name).copy()
        own[indices] = values
        self.initial[name] = own
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


def _ways(vertex: Any) -> Iterable[tuple[Any, int]]:
    """Return the populations of LIF_SFDFA from which spikes come, and after how many ticks they are taken up."""
    return [(i.source, i.delay_ticks) for i in vertex.forward.incoming if i.from_neurons]
