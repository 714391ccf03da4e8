"""The cell of the article: subtractive reset, no refractory period, spikes that learn."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pynn_sfdfa import models
from pynn_sfdfa.common.cells import check_cell_parameters
from pynn_sfdfa.common.documented import documented
from pynn_sfdfa.network.cells._cuba_lif import cuba_lif, parameters
from pynn_sfdfa.network.cells.cell import REFUSED, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    import nir

    from pynn_sfdfa.network.shapes import Shape

__all__ = ["LIF_SFDFA"]


def _default(name: str) -> float:
    return float(cast("float", models.LIF_SFDFA.parameter(name).default))


@documented(REFUSED)
@dataclass(frozen=True)
class LIF_SFDFA(Cell):
    """The cell type ``LIF_SFDFA``; parameters in PyNN's units (ms, mV, nF), its defaults where none are given.

    Parameters
    ----------
    tau_m, tau_syn : float
        Time constants of membrane and synaptic current, ms, default 260 and 130; tau_m > tau_syn.
    cm : float
        Capacitance, nF, default 10.
    v_rest, v_thresh : float
        Potentials, mV, default -70 and -50; v_thresh > v_rest.
    trial_duration : float
        Length of a trial, ms, default 200.
    """

    name: ClassVar[str] = "LIF_SFDFA"

    tau_m: float = _default("tau_m")
    tau_syn: float = _default("tau_syn")
    cm: float = _default("cm")
    v_rest: float = _default("v_rest")
    v_thresh: float = _default("v_thresh")
    trial_duration: float = _default("trial_duration")

    def __post_init__(self) -> None:
        self._hold_numbers()
        check_cell_parameters(asdict(self))

    @classmethod
    def of(cls, parameters: Mapping[str, float]) -> LIF_SFDFA:
        """Return the cell with these parameters by name; ValueError if one is none."""
        names = [field.name for field in fields(cls)]
        unknown = sorted(set(parameters) - set(names))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of a layer; choose from {', '.join(names)}.")
        return cls(**parameters)

    @property
    def v_reset(self) -> None:
        """None: ``v_thresh - v_rest`` is subtracted."""
        return

    @property
    def tau_refrac(self) -> float:
        """0."""
        return 0.0

    @property
    def initial_values(self) -> dict[str, float]:
        """None: every trial starts at rest, the first too."""
        return {}

    def population_type(self, sim: Any, **of_learning: Any) -> Any:
        """Return ``LIF_SFDFA`` of a simulator; see `Cell.population_type`.

        Raises
        ------
        AttributeError
            If it is one of PyNN's own.
        """
        if not hasattr(sim, "LIF_SFDFA"):
            raise AttributeError(
                f"{sim.__name__} has no LIF_SFDFA; pynn_sfdfa.event, pynn_sfdfa.brian2 and pynn_sfdfa.spiNNaker have "
                "it. In PyNN's own cells the network is pynn_sfdfa.network.stock.in_stock_cells(network)."
            )
        return sim.LIF_SFDFA(**asdict(self), **of_learning)

    def synapse_type(
        self, sim: Any, learning_rate: float, surrogate: Mapping[str, Any] | None = None, **parameters: Any
    ) -> Any:
        """Return ``SFDFASynapse`` of a simulator, or ``SurrogateSynapse`` if given its own; see `Cell.synapse_type`."""
        kind = sim.SFDFASynapse if surrogate is None else partial(sim.SurrogateSynapse, **surrogate)
        return kind(learning_rate=learning_rate, **parameters)

    def nir_node(self, shape: Shape, dt: float) -> nir.NIRNode:
        """Return a layer of ``CubaLIF``, which resets to rest; see `Cell.nir_node`."""
        return cuba_lif(self, self.v_rest, shape, dt)

    @classmethod
    def from_nir(cls, node: nir.NIRNode, known: Mapping[str, float]) -> LIF_SFDFA | None:
        """Return the cell of a ``CubaLIF``; see `Cell.from_nir`."""
        import nir

        if not isinstance(node, nir.CubaLIF):
            return None
        return cls(**{name: value for name, value in parameters(node, known).items() if name != "v_reset"})
