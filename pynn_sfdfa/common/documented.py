"""What ``help()`` says of parameters, where they are declared as data or are PyNN's: a section of numpy's style."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pynn_sfdfa.models import Parameter

__all__ = ["POPULATION", "PROJECTION", "SETUP", "TO_FILE", "VIEW", "document", "documented", "section"]

T = TypeVar("T")

_HEAD = "Parameters\n----------\n"

POPULATION = f"""{_HEAD}size : int or tuple of int
    Number of neurons, or their shape.
cellclass : cell type
    A class, or an instance with its parameters: ``LIF_SFDFA(tau_m=52.0)``.
cellparams : dict, optional
    Parameters of the cell type, where a class is given.
structure : pyNN.space.BaseStructure, optional
    Where the neurons are; default: on a line.
initial_values : dict, optional
    Of state variables by name, in PyNN's units; default: those of the cell type.
label : str, optional
    Name in messages and recorded data; default: a number."""

VIEW = f"""{_HEAD}parent : Population or PopulationView
    From where the neurons are.
selector : slice, array of int, or array of bool
    Which of them.
label : str, optional
    Name in messages and recorded data."""

PROJECTION = f"""{_HEAD}presynaptic_population, postsynaptic_population : Population, PopulationView or Assembly
    From where to where.
connector : Connector
    Which neurons are connected.
synapse_type : synapse type, optional
    With its parameters, in nA and ms; default: ``StaticSynapse()``.
source : None
    Of PyNN's interface; nothing else is valid.
receptor_type : str, optional
    Default: that of the synapse type, or by the sign of the weights.
space : pyNN.space.Space, optional
    How distances are measured, for connectors that ask for them.
label : str, optional
    Name in messages; default: made of those of the populations."""

SETUP = """Returns
-------
int
    MPI rank, 0.

Raises
------
ValueError
    If a value is not valid."""

TO_FILE = f"""{_HEAD}source : Population, PopulationView or Assembly
filename : str
    Its ending says which format; written at ``end()``."""


def section(parameters: Iterable[Parameter]) -> str:
    """Return the section of parameters that are declared, with units, defaults and ranges."""
    return _HEAD + "\n".join(
        f"{one.name} : {'sequence of float' if one.is_sequence else 'float'}, default {_default(one)}\n"
        f"    {one.description}{_range(one)}"
        for one in parameters
    )


def _range(parameter: Parameter) -> str:
    if parameter.minimum == -math.inf:
        return ""
    return f"; {'>' if parameter.exclusive else '>='} {parameter.minimum:g} {parameter.unit}".rstrip()


def _default(parameter: Parameter) -> str:
    if isinstance(parameter.default, tuple):
        return "empty"
    return f"{parameter.default:g} {parameter.unit}".rstrip()


def document(what: object, *sections: str) -> None:
    """Add sections to the docstring of a class or function."""
    what.__doc__ = "\n\n".join([inspect.cleandoc(what.__doc__ or ""), *sections])


def documented(*sections: str) -> Callable[[T], T]:
    """Return a decorator that adds sections to the docstring of a class or function."""

    def add(what: T) -> T:
        document(what, *sections)
        return what

    return add
