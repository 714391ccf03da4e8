"""Which simulators there are, which of them are installed, and how to get the others."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.common.needs import Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

__all__ = [
    "SIMULATORS",
    "Simulator",
    "SimulatorError",
    "arguments",
    "lacking",
    "load_simulator",
    "offers",
    "set_up",
    "who_offers",
]


class SimulatorError(ImportError):
    """A simulator that cannot be used here; the message says how to get it or which to take instead."""


@dataclass(frozen=True)
class Simulator:
    """A back end ``pynn_sfdfa.<name>``.

    Attributes
    ----------
    name : str
    requires : str, optional
        The module that must be installed for it.
    extra : str, optional
        The extra of this package that installs it.
    options : mapping
        Arguments of its ``setup()`` for which there are options on the command line, with their defaults.
    offers : frozenset of Need
        What networks can learn by there, beside synapses that change at the end of each trial.
    """

    name: str
    requires: str | None = None
    extra: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    offers: frozenset[Need] = frozenset()

    def obstacle(self) -> str | None:
        """Return why it cannot be used here and what to do, or None if it can."""
        if importlib.util.find_spec(f"pynn_sfdfa.{self.name}") is None:
            return f"pynn-sfdfa {metadata.version('pynn-sfdfa')} has no back end for it yet"
        if self.requires is not None and importlib.util.find_spec(self.requires) is None:
            return f"not installed; run: pip install 'pynn-sfdfa[{self.extra}]'"
        return None


SIMULATORS = (
    Simulator(
        "event",
        offers=frozenset(Need) - {Need.SURROGATES, Need.SYMMETRY},
    ),
    Simulator(
        "brian2",
        requires="brian2",
        extra="brian2",
        options={"timestep": 0.1, "target": None, "standalone": False},
        offers=frozenset(
            {Need.PERTURBATIONS, Need.ALL_SPIKES, Need.RECURRENCE, Need.SITES, Need.SURROGATES, Need.SYMMETRY}
        ),
    ),
    Simulator(
        "spiNNaker",
        requires="spynnaker",
        extra="spinnaker",
        options={"timestep": 1.0, "board": None},
        offers=frozenset({Need.PERTURBATIONS, Need.ALL_SPIKES}),
    ),
)


def offers(name: str) -> frozenset[Need]:
    """Return what a simulator offers to learning."""
    return next(simulator.offers for simulator in SIMULATORS if simulator.name == name)


def lacking(needs: frozenset[Need], offered: frozenset[Need]) -> str | None:
    """Return what is needed and not offered, to follow "needs" in a message; None if nothing is."""
    missing = [need.value for need in Need if need in needs - offered]
    return ", and ".join(missing) if missing else None


def who_offers(needs: Iterable[Need]) -> list[str]:
    """Return the names of the simulators that offer all of these."""
    wanted = frozenset(needs)
    return [simulator.name for simulator in SIMULATORS if wanted <= simulator.offers]


def load_simulator(name: str) -> ModuleType:
    """Import the back end of that name.

    Raises
    ------
    SimulatorError
        If there is no such simulator or it is not installed.
    """
    simulators = {simulator.name: simulator for simulator in SIMULATORS}
    if name not in simulators:
        raise SimulatorError(f"There is no simulator {name!r}; choose one of {', '.join(simulators)}.")
    obstacle = simulators[name].obstacle()
    if obstacle is not None:
        ready = [simulator.name for simulator in SIMULATORS if simulator.obstacle() is None]
        raise SimulatorError(f"Simulator {name!r}: {obstacle}. Ready to use: {', '.join(ready)}.")
    return importlib.import_module(f"pynn_sfdfa.{name}")


def arguments(name: str, setup: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a simulator's ``setup()``: those given on the command line, and defaults.

    Raises
    ------
    SimulatorError
        If the simulator does not take one of them.
    """
    defaults = next(simulator.options for simulator in SIMULATORS if simulator.name == name)
    for option in setup:
        if option not in defaults:
            others = [simulator.name for simulator in SIMULATORS if option in simulator.options]
            raise SimulatorError(
                f"Simulator {name!r} takes no --{option}: leave it out, or choose --simulator {' or '.join(others)}."
            )
    return {option: value for option, value in {**defaults, **setup}.items() if value is not None}


def set_up(name: str, setup: Mapping[str, Any]) -> ModuleType:
    """Import the back end of that name and, if it takes any options, call its ``setup()``.

    Raises
    ------
    SimulatorError
        If it cannot be used, does not take these arguments, or not these values.
    """
    sim = load_simulator(name)
    complete = arguments(name, setup)
    try:
        if complete:
            sim.setup(**complete)
    except ValueError as error:
        raise SimulatorError(f"Simulator {name!r}: {error}") from None
    return sim
