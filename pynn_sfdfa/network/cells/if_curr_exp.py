"""PyNN's stock cell, which every simulator has: reset to a value, refractory period, static synapses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pyNN import errors

from pynn_sfdfa.common.cells import check_greater
from pynn_sfdfa.common.checks import check_parameter
from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.common.if_curr_exp import DEFAULTS, check_if_curr_exp
from pynn_sfdfa.models import LIF_SFDFA
from pynn_sfdfa.network.cells._cuba_lif import cuba_lif, parameters
from pynn_sfdfa.network.cells.cell import REFUSED, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    import nir

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["IF_curr_exp"]


@documented(REFUSED)
@dataclass(frozen=True)
class IF_curr_exp(Cell):
    """The cell type ``IF_curr_exp``, in PyNN's units (ms, mV, nF, nA), with PyNN's defaults.

    ``i_offset`` moves the potential at which the neuron rests to ``v_rest + i_offset tau_m/cm``. That is where trials
    begin, on every simulator, so that nothing is left of it but a threshold that is nearer or further.

    Parameters
    ----------
    tau_m : float
        Membrane time constant, > tau_syn.
    tau_syn : float
        Time constant of both synaptic currents: ``tau_syn_E`` and ``tau_syn_I``.
    cm, v_rest, v_thresh, tau_refrac, i_offset : float
    v_reset : float, optional
        Default: ``v_rest``.
    trial_duration : float
        Length of a trial.
    """

    name: ClassVar[str] = "IF_curr_exp"
    static_synapses: ClassVar[bool] = True

    tau_m: float = DEFAULTS["tau_m"]
    tau_syn: float = DEFAULTS["tau_syn_E"]
    cm: float = DEFAULTS["cm"]
    v_rest: float = DEFAULTS["v_rest"]
    v_reset: float | None = None
    v_thresh: float = DEFAULTS["v_thresh"]
    tau_refrac: float = DEFAULTS["tau_refrac"]
    i_offset: float = DEFAULTS["i_offset"]
    trial_duration: float = cast("float", LIF_SFDFA.parameter("trial_duration").default)

    def __post_init__(self) -> None:
        if self.v_reset is None:
            object.__setattr__(self, "v_reset", self.v_rest)
        self._hold_numbers()
        values = asdict(self)
        for name in ("tau_syn", "trial_duration"):
            check_parameter(LIF_SFDFA.parameter(name), values.pop(name), self.name)
        if not self.i_offset:
            check_greater("v_thresh", "v_rest", values, "mV", self.name)
        check_if_curr_exp(values)
        self._check_rest_and_time_constants()

    def _check_rest_and_time_constants(self) -> None:
        if not self.tau_m > self.tau_syn:
            raise errors.InvalidParameterValueError(
                f"IF_curr_exp: tau_m = {self.tau_m:g} ms is not valid; it must be greater than tau_syn = "
                f"{self.tau_syn:g} ms in a network that learns, whose closed form divides by tau_m - tau_syn. "
                "Populations of sim.IF_curr_exp in a PyNN script take any two time constants."
            )
        if not self.v_thresh > self.resting_potential:
            limit = (self.v_thresh - self.v_rest) * self.cm / self.tau_m
            raise errors.InvalidParameterValueError(
                f"IF_curr_exp: i_offset = {self.i_offset:g} nA is not valid; with it the potential settles at "
                f"v_rest + i_offset tau_m/cm = {self.resting_potential:g} mV, not below v_thresh = {self.v_thresh:g} "
                f"mV, and the neuron fires without input. Choose less than {limit:g} nA."
            )

    @property
    def resting_potential(self) -> float:
        """``v_rest + i_offset tau_m/cm``; see `Cell.resting_potential`."""
        return self.v_rest + self.i_offset * self.tau_m / self.cm

    @property
    def threshold_current(self) -> float:
        """The threshold c in nA, from where the neuron rests."""
        return (self.v_thresh - self.resting_potential) / self.kappa

    def population_type(self, sim: Any, **of_learning: Any) -> Any:
        """Return ``IF_curr_exp`` of a simulator; see `Cell.population_type`.

        Raises
        ------
        ValueError
            If it is given targets or rate regularisation.
        """
        wanted = [name for name in ("targets", "rho") if of_learning.get(name)]
        if wanted:
            raise ValueError(
                f"IF_curr_exp takes no {wanted[0]}: its synapses are static and learn nothing within a simulation. "
                "Leave it out, or train the network with a Trainer."
            )
        own = {name: value for name, value in asdict(self).items() if name not in ("tau_syn", "trial_duration")}
        return sim.IF_curr_exp(tau_syn_E=self.tau_syn, tau_syn_I=self.tau_syn, **own)

    def synapse_type(self, sim: Any, learning_rate: float, **parameters: Any) -> Any:
        """Return ``StaticSynapse`` of a simulator; see `Cell.synapse_type`.

        Raises
        ------
        ValueError
            If the learning rate is not 0.
        """
        if learning_rate:
            raise ValueError(
                f"learning_rate = {learning_rate:g}: synapses that lead to IF_curr_exp are static and learn nothing "
                "within a simulation. Wire the network with learning_rate = 0, or train it with a Trainer."
            )
        return sim.StaticSynapse(**parameters)

    def nir_node(self, shape: Shape, dt: float) -> nir.NIRNode:
        """Return a layer of ``CubaLIF``; see `Cell.nir_node`.

        Raises
        ------
        ValueError
            If there is a refractory period, which CubaLIF has not, or a constant current, with which NIR leaves open
            where the potential starts.
        """
        given = {"tau_refrac": f"{self.tau_refrac:g} ms", "i_offset": f"{self.i_offset:g} nA"}
        given = {name: value for name, value in given.items() if getattr(self, name)}
        if given:
            told, zero = (
                " and ".join(f"{name} = {of[name]}" for name in given) for of in (given, dict.fromkeys(given, 0))
            )
            raise ValueError(
                f"IF_curr_exp with {told} has no counterpart in NIR, whose CubaLIF has no {' and no '.join(given)}. "
                f"Train with {zero}, or export a PyNN script (--format pynn)."
            )
        return cuba_lif(self, cast("float", self.v_reset), shape, dt)

    @classmethod
    def from_nir(cls, node: nir.NIRNode, known: Mapping[str, float]) -> IF_curr_exp | None:
        """Return the cell of a ``CubaLIF``; see `Cell.from_nir`."""
        import nir

        return cls(**parameters(node, known), tau_refrac=0.0) if isinstance(node, nir.CubaLIF) else None
