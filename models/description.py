"""The vocabulary in which models are declared: parameters, state variables, events."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One parameter: name, default, unit and the range in which it is valid.

    ``default`` is a float, or a tuple for a sequence of values. The bounds hold for every element;
    ``exclusive`` says whether the lower bound itself is excluded.
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

    def accepts(self, value: float) -> bool:
        """Return whether one value lies in the valid range."""
        if not math.isfinite(value):
            return False
        return value > self.minimum if self.exclusive else value >= self.minimum


@dataclass(frozen=True)
class StateVariable:
    """One state variable: ``d name/dt = derivative``; an empty derivative means constant between events."""

    name: str
    unit: str
    derivative: str
    initial: str
    description: str


@dataclass(frozen=True)
class Quotient:
    """An assignment ``variable = numerator/denominator`` where the denominator is positive, and 0 elsewhere."""

    variable: str
    numerator: str
    denominator: str
    unit: str
    """Of the denominator."""


@dataclass(frozen=True)
class Event:
    """What happens at an instant, as assignments carried out in order.

    Those in ``graded`` follow if it is a spike that carries a grade, called ``grade_arriving``; those of stimuli carry
    none.
    """

    name: str
    description: str
    effects: tuple[str | Quotient, ...]
    graded: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeuronModel:
    """A spiking neuron: state variables between events, threshold, and effects of events.

    ``constants`` are abbreviations (name, unit, expression) that parameters alone determine. ``output_error`` and
    ``hidden_error`` are the errors, at the end of a trial, of neurons with and without targets.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    constants: tuple[tuple[str, str, str], ...]
    state: tuple[StateVariable, ...]
    threshold: str
    receptor_types: tuple[str, ...]
    recordable: tuple[str, ...]
    on_input_spike: Event
    on_spike: Event
    on_trial_end: Event
    output_error: str
    hidden_error: str

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]


@dataclass(frozen=True)
class SynapseModel:
    """A synapse: presynaptic traces, state per synapse, and the effects of events.

    ``presynaptic_state`` has one instance per presynaptic neuron (of one projection), ``state`` one per synapse.
    Expressions name variables of the postsynaptic neuron with the suffix ``_post``, as Brian2 does. ``on_learned``
    comes after ``on_trial_end`` of all synapses.
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
    on_trial_end: Event
    on_learned: Event

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name; KeyError if there is none."""
        return {p.name: p for p in self.parameters}[name]
