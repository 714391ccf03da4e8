"""Whether an experiment can learn on the cores of SpiNNaker, and how its network lies on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.common.simulators import lacking, offers
from pynn_sfdfa.experiments.learning_on_cores import learning_obstacles
from pynn_sfdfa.hardware.arithmetic import Formats
from pynn_sfdfa.hardware.capacity import DTCM, MAX_DELAY, MAX_SPIKES
from pynn_sfdfa.hardware.cores import BOARD_CORES, input_cores, layers_on_cores
from pynn_sfdfa.hardware.cycles import CYCLES_PER_US
from pynn_sfdfa.network.cells import LIF_SFDFA
from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.rules.parts.feedback import Feedback
from pynn_sfdfa.rules.parts.local_gradient import LocalGradient
from pynn_sfdfa.rules.parts.transport import Transport
from pynn_sfdfa.support.registry import registry

if TYPE_CHECKING:
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network

__all__ = ["CORE_WATTS", "examined"]

CORE_WATTS = 0.06
"""Assumed for a busy core: a chip takes about 1 W with 17 of them."""

_PARTS = {"local gradient": LocalGradient, "transport": Transport, "feedback": Feedback}


def examined(settings: Experiment, network: Network, timestep: float, per_core: int) -> tuple[list[str], list[str]]:
    """Return why an experiment cannot learn on the cores, and lines of what it takes of them.

    Parameters
    ----------
    settings : Experiment
    network : Network
    timestep : float
        ms.
    per_core : int
        Neurons of a core, at most.
    """
    unfit = _of_network(network, timestep)
    over, lines = ([], []) if unfit else _layout(settings, network, timestep, per_core)
    return [*learning_obstacles(settings), *unfit, *over], [*lines, *_parts()]


def _of_network(network: Network, timestep: float) -> list[str]:
    found = []
    for layer in network.layers:
        if not isinstance(layer.cell, LIF_SFDFA):
            found.append(f"{layer}: only LIF_SFDFA learns there.")
        missing = lacking(layer.connectivity.needs, offers("spiNNaker"))
        if missing:
            found.append(f"{layer} needs {missing}.")
        elif not isinstance(layer.connectivity, Dense):
            found.append(f"{layer}: only dense layers are trained there.")
    if network.max_spikes != MAX_SPIKES:
        found.append(f"max_spikes = {network.max_spikes}: a core keeps {MAX_SPIKES} spikes of a neuron and trial.")
    ticks = network.trial_duration / timestep if timestep > 0 else 0.0
    if not (ticks >= 1 and math.isclose(ticks, round(ticks), rel_tol=1e-9)):
        found.append(f"A trial of {network.trial_duration:g} ms is no multiple of the timestep of {timestep:g} ms.")
    return [*found, *_of_synapses(network, timestep)]


def _of_synapses(network: Network, timestep: float) -> list[str]:
    found, most = [], (MAX_DELAY - 1) * timestep
    if network.delay > most:
        found.append(
            f"network.delay = {network.delay:g} ms: a packet's key has four bits of time, so that delays between "
            f"neurons are 0 to {most:g} ms at this timestep."
        )
    limit = 2.0 ** (31 - Formats().weight)
    largest = max(float(abs(weights).max(initial=0.0)) for weights in network.weights)
    if largest >= limit:
        found.append(
            f"Weights are as large as {largest:.3g} nA: cores hold less than {limit:g} nA. Choose smaller ones, and "
            "thresholds smaller by the same factor."
        )
    return found


def _layout(settings: Experiment, network: Network, timestep: float, per_core: int) -> tuple[list[str], list[str]]:
    """Return where there is not enough memory, and what each layer takes."""
    timed = Need.ALL_SPIKES in settings.rule.build().parts.transport.all_needs
    ticks, delay = round(network.trial_duration / timestep), 1 + round(network.delay / timestep)
    layers = layers_on_cores(network.sizes, ticks, delay, timed, per_core)
    budget = timestep * 1000 * CYCLES_PER_US
    over, lines, cores, slower = [], [], 0, 1
    for number, fit in enumerate(layers, start=1):
        cores += fit.cores
        share = (fit.tick + fit.trial_end) / budget
        slower = max(slower, math.ceil(share))
        lines.append(
            f"Layer {number}: {fit.cores} cores of {fit.neurons} neurons; DTCM {fit.dtcm:,} of {DTCM:,} bytes, weights "
            f"{fit.sdram:,} bytes of SDRAM; {share:.0%} of the cycles of a step in which a trial ends (estimate)."
        )
        if fit.dtcm > DTCM:
            over.append(f"Layer {number} does not fit into DTCM; choose fewer neurons a core than {fit.neurons}.")
    seconds = network.trial_duration / 1000 * slower
    lines.append(_boards(cores, input_cores(network.sizes[0])))
    lines.append(f"time_scale_factor = {slower}.")
    lines.append(f"Energy: {1000 * cores * CORE_WATTS * seconds:.3g} mJ a trial (estimate, {CORE_WATTS} W a core).")
    return over, lines


def _boards(cores: int, inputs: int) -> str:
    said, boards = f"{cores} cores, and {inputs} of the input", math.ceil((cores + inputs) / BOARD_CORES)
    if boards == 1:
        return f"{said}: one board, which has {BOARD_CORES}."
    return (
        f"{said}: {boards} boards or more, of {BOARD_CORES} cores each. spalloc:SERVER gives as many as it takes; the "
        "emulated board is one: choose more neurons a core, or fewer neurons."
    )


def _parts() -> list[str]:
    """Return which parts of rules can learn on a core: every combination of those that can."""
    lines = []
    for kind, base in _PARTS.items():
        able = [
            name for name, part in registry("pynn_sfdfa.rules.parts", base).items() if part.needs <= offers("spiNNaker")
        ]
        lines.append(f"A core can learn with {kind}: {', '.join(able)}.")
    return lines
