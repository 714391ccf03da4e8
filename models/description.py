"""The vocabulary in which models are declared: parameters, state variables, events."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = dict.fromkeys(("ms", "mV", "nA", "nF"), 1.0)
"""Names of units, which may stand in expressions: where all values are in PyNN's units, each is 1."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: name, default, unit and the range in which it is valid.

    Attributes
    ----------
    name : str
    default : float or tuple of float
        A tuple for a sequence of values.
    unit : str
        Empty if it has none.
    description : str
    minimum : float
        Lower bound of every element.
    exclusive : bool
        Whether the bound itself is excluded.
    """

    name: str
    default: float | tuple[float, ...]
    unit: str
    description: str
    minimum: float = -math.inf
    exclusive: bool = False

    def valid_range(self) -> str:
        """Return the valid range in words, for error messages."""
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum == -math.inf:
            return f"a finite number{unit}".rstrip()
        relation = ">" if self.exclusive else ">="
        return f"a finite number {relation} {self.minimum:g}{unit}"

    @property
    def is_sequence(self) -> bool:
        """Whether each neuron has a sequence of values."""
        return isinstance(self.default, tuple)

    def accepts(self, value: float) -> bool:
        """Return whether one value lies in the valid range."""
        if not math.isfinite(value):
            return False
        return value > self.minimum if self.exclusive else value >= self.minimum


@dataclass(frozen=True)
class StateVariable:
    """One state variable: ``d name/dt = derivative``; an empty derivative means constant between events.

    Attributes
    ----------
    name, unit : str
    derivative, initial : str
        Expressions.
    description : str
    label : str
        Name under which users read it, if that is another one.
    """

    name: str
    unit: str
    derivative: str
    initial: str
    description: str
    label: str = ""

    @property
    def decays(self) -> bool:
        """Whether it decays with a time constant: ``-name/tau``."""
        return re.fullmatch(rf"-{self.name}/\w+", self.derivative) is not None


@dataclass(frozen=True)
class Event:
    """What happens at an instant, as assignments carried out in order.

    Attributes
    ----------
    name, description : str
    effects : tuple of str
        Assignments.
    divisors : tuple of (str, str)
        Quantities (name, unit) by which effects divide: where one is not positive, the quotient is 0.
    """

    name: str
    description: str
    effects: tuple[str, ...]
    divisors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Carried:
    """What a spike carries from its neuron: the value that a variable had when it departed.

    The spikes of a spike source carry nothing, and what they would change with it stays as it is.

    Attributes
    ----------
    name : str
        What the effects of its arrival call it.
    variable, unit, description : str
    """

    name: str
    variable: str
    unit: str
    description: str


@dataclass(frozen=True)
class NeuronModel:
    """A spiking neuron: state variables between events, threshold, and effects of events.

    Attributes
    ----------
    name, description : str
    parameters : tuple of Parameter
    constants : tuple of (str, str, str)
        Abbreviations (name, unit, expression) that parameters alone determine.
    state : tuple of StateVariable
    threshold : str
        Condition of a spike.
    receptor_types, recordable : tuple of str
    carried : tuple of Carried
        What spikes bring along, besides the weight of the synapse at which they arrive.
    on_input_spike, on_spike, on_trial_end : Event
    output_error, hidden_error : str
        The errors, at the end of a trial, of neurons with and without targets.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    constants: tuple[tuple[str, str, str], ...]
    state: tuple[StateVariable, ...]
    threshold: str
    receptor_types: tuple[str, ...]
    recordable: tuple[str, ...]
    carried: tuple[Carried, ...]
    on_input_spike: Event
    on_spike: Event
    on_trial_end: Event
    output_error: str
    hidden_error: str

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]

    def values_of_constants(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value of each constant, in PyNN's units, for values of the parameters: numbers or arrays."""
        values = dict(parameters)
        for name, _, expression in self.constants:
            values[name] = eval(expression, {"__builtins__": {}}, values)
        return {name: values[name] for name, _, _ in self.constants}


@dataclass(frozen=True)
class SynapseModel:
    """A synapse: presynaptic traces, state per synapse, and the effects of events.

    ``presynaptic_state`` has one instance per presynaptic neuron (of one projection), ``state`` one per synapse.
    Expressions name variables of the postsynaptic neuron with the suffix ``_post``, as Brian2 does. At the end of a
    trial, ``on_errors`` comes first, on all synapses of a network: it gathers the errors from which they then learn,
    in ``on_trial_end``.

    Attributes
    ----------
    name, description, receptor_type : str
    parameters : tuple of Parameter
    presynaptic_state, state : tuple of StateVariable
    readable : tuple of str
        What ``get`` of a projection returns.
    on_presynaptic_spike, on_postsynaptic_spike, on_errors, on_trial_end : Event
    abbreviations : tuple of (str, str, str)
        Of what derivatives speak of (name, unit, expression), each made of what stands before it.
    """

    name: str
    description: str
    receptor_type: str
    parameters: tuple[Parameter, ...]
    presynaptic_state: tuple[StateVariable, ...]
    state: tuple[StateVariable, ...]
    readable: tuple[str, ...]
    on_presynaptic_spike: Event
    on_postsynaptic_spike: Event
    on_errors: Event
    on_trial_end: Event
    abbreviations: tuple[tuple[str, str, str], ...] = ()

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]

    @property
    def event_driven(self) -> bool:
        """Whether all that changes between events decays, so that it need be known at events alone."""
        return all(s.decays or not s.derivative for s in (*self.presynaptic_state, *self.state))


@dataclass(frozen=True)
class ReplayModel:
    """What is summed up for each neuron of a layer while a trial is walked backwards, from its end to its beginning.

    At equal times an arrival is taken back before a spike: it came after the neuron had spiked.

    Attributes
    ----------
    name, description : str
    state : tuple of StateVariable
        The derivatives are those in reversed time.
    on_spike : Event
        What happens where a neuron spiked, to the sums of that neuron.
    at_arrival : tuple of (str, str, str)
        What is known of a spike that arrives (name, expression, description).
    """

    name: str
    description: str
    state: tuple[StateVariable, ...]
    on_spike: Event
    at_arrival: tuple[tuple[str, str, str], ...]
