"""What every cell is: a leaky membrane, an exponential synaptic current, a reset and a refractory period."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pynn_sfdfa import models
from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.support.numbers import is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import nir

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["REFUSED", "Cell"]

_TIME_CONSTANTS = 10.0

REFUSED = """Raises
------
pyNN.errors.InvalidParameterValueError
    If a value is out of range; the message names parameter, value and what is valid.
ValueError
    If a value is no number."""
"""What every cell says in its docstring."""


class Cell(ABC):
    """A leaky integrate-and-fire neuron with exponential synaptic current, in PyNN's units (ms, mV, nF, nA).

    ``cm dv/dt = -cm (v - v_rest)/tau_m + i_syn`` and ``di_syn/dt = -i_syn/tau_syn``; an input spike adds its weight to
    ``i_syn``. At ``v >= v_thresh`` the neuron spikes, its potential is reset, and it stays there for ``tau_refrac``.
    The current is not reset. What derives from it is an immutable dataclass whose fields are the parameters.
    """

    name: ClassVar[str]
    """The name of the cell type in PyNN."""

    static_synapses: ClassVar[bool] = False
    """Whether the synapses that lead to it are PyNN's static ones, with a receptor type for each sign.

    Such cells know no trials: see `settling_time`.
    """

    tau_m: float
    tau_syn: float
    cm: float
    v_rest: float
    v_thresh: float
    trial_duration: float
    """Length of a trial in ms, at whose end the neuron is back at rest."""

    @property
    @abstractmethod
    def v_reset(self) -> float | None:
        """The potential in mV after a spike; None where ``v_thresh - v_rest`` is subtracted instead."""

    @property
    @abstractmethod
    def tau_refrac(self) -> float:
        """The refractory period in ms."""

    @property
    def resting_potential(self) -> float:
        """Where the potential settles without input, in mV; trials begin there."""
        return self.v_rest

    @property
    def settling_time(self) -> float:
        """Silence in ms after which it is at rest where trials do not bring it there: but for exp(-10) of where it was.

        0 for cells that every simulator returns to rest.
        """
        return _TIME_CONSTANTS * self.tau_m + self.tau_refrac if self.static_synapses else 0.0

    @property
    def initial_values(self) -> dict[str, float]:
        """What a population starts with where PyNN's own initial values are not rest."""
        return {"v": self.resting_potential}

    @property
    def kappa(self) -> float:
        """Potential per difference of the two decaying sums, in mV/nA (docs/algorithm.md, section 1)."""
        return self._constant("kappa")

    @property
    def threshold_current(self) -> float:
        """The threshold c in nA (docs/algorithm.md, section 1)."""
        return self._constant("c")

    @property
    def reset_current(self) -> float:
        """What a spike takes from the slower sum B, in nA: c, or what brings the potential to ``v_reset``."""
        return self.threshold_current if self.v_reset is None else (self.v_thresh - self.v_reset) / self.kappa

    @property
    def needs(self) -> frozenset[Need]:
        """What it needs of a simulator that learns with it."""
        hard = {Need.HARD_RESET} if self.v_reset is not None else set()
        refractory = {Need.REFRACTORY} if self.tau_refrac > 0 else set()
        return frozenset(hard | refractory)

    @abstractmethod
    def population_type(self, sim: Any, **of_learning: Any) -> Any:
        """Return the PyNN cell type on a simulator.

        Parameters
        ----------
        sim : module
        of_learning
            The form of the gradient, targets, and rate regularisation, by the names that LIF_SFDFA gives them.
        """

    @abstractmethod
    def synapse_type(self, sim: Any, learning_rate: float, **parameters: Any) -> Any:
        """Return the PyNN synapse type that leads to it on a simulator; ``parameters`` are weight and delay."""

    @abstractmethod
    def nir_node(self, shape: Shape, dt: float) -> nir.NIRNode:
        """Return a layer of it for a reader with steps of ``dt`` ms (`pynn_sfdfa.network.nir_graph`)."""

    @classmethod
    @abstractmethod
    def from_nir(cls, node: nir.NIRNode, known: Mapping[str, float]) -> Cell | None:
        """Return the cell that a node stands for, or None if it stands for another kind.

        Parameters
        ----------
        node : nir.NIRNode
        known : mapping
            What NIR does not tell: ``cm``, ``v_rest``, ``trial_duration`` and the ``dt`` for which it was written.
        """

    def _hold_numbers(self) -> None:
        """Make each parameter a float; ValueError if it is no number."""
        for name, value in vars(self).items():
            if not is_number(value):
                raise ValueError(f"{name} = {value!r} is not valid; it must be a number.")
            object.__setattr__(self, name, float(value))

    def _constant(self, name: str) -> float:
        return float(models.LIF_SFDFA.values_of_constants(vars(self))[name])
