"""What a core finds in its own data regions, from the record of its population and the keys of the mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pynn_sfdfa.hardware.arithmetic import to_fixed
from pynn_sfdfa.hardware.capacity import capacities
from pynn_sfdfa.spiNNaker import layout
from pynn_sfdfa.spiNNaker.fixed_point import FORMATS, cell_words, initial_state, learning_words, timed_words
from pynn_sfdfa.spiNNaker.layout import Region, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pynn_sfdfa.spiNNaker.receivers import Receiver

__all__ = ["Addresses", "Core", "Sender", "constants", "core_regions", "region_sizes"]


@dataclass(frozen=True)
class Sender:
    """A core from which packets come.

    Attributes
    ----------
    first : int
        Its first neuron.
    key, mask : int
    colour_bits : int
        Low bits of its keys that carry the time.
    """

    first: int
    key: int
    mask: int
    colour_bits: int = 0


@dataclass(frozen=True)
class Addresses:
    """The keys that concern a core.

    Attributes
    ----------
    spike, error, factor : int, optional
        Of its own packets, if they go anywhere.
    forward, feedback, factors : sequence of (sequence of Sender)
        For each that the population receives, in its order, the cores of the source; factors as feedback, none if that
        is not timed.
    """

    spike: int | None
    error: int | None
    factor: int | None
    forward: Sequence[Sequence[Sender]]
    feedback: Sequence[Sequence[Sender]]
    factors: Sequence[Sequence[Sender]]


@dataclass(frozen=True)
class Core:
    """The part of a population that a core simulates, and how.

    Attributes
    ----------
    first, n : int
        Its first neuron, and how many.
    seed, first_trial : int
        As ``setup()`` was given them.
    timestep : float
        ms.
    recorded : dict of str to (int, list of int)
        For v, i_syn and spikes the interval in ticks and the neurons, counted from ``first``.
    """

    first: int
    n: int
    seed: int
    first_trial: int
    timestep: float
    recorded: dict[str, tuple[int, list[int]]]


def region_sizes(population: Receiver, neurons: int) -> dict[Region, int]:
    """Return the bytes of the data regions of a core, as far as they are known before the mapping."""
    has_absent = not all(incoming.present.all() for incoming in population.forward)
    words = {
        Region.CONFIGURATION: len(layout.CONFIGURATION_WORDS),
        Region.SOURCES: layout.SOURCE_WORDS * population.sources,
        Region.STATE: 2 * neurons,
        Region.WEIGHTS: population.rows * neurons,
        Region.ABSENT: population.rows * -(-neurons // 32) * has_absent,
        Region.FEEDBACK: population.outputs * neurons,
        Region.TARGETS: population.targets.size // population.n * neurons,
        Region.NEURON_RECORDING: 6 + 3 * neurons,
    }
    return {region: max(4, 4 * size) for region, size in words.items()}


def constants(population: Receiver, timestep: float) -> dict[str, int]:
    """Return the constants of the membrane and of learning; ValueError if one cannot be represented."""
    learning_rate = max((incoming.learning_rate for incoming in population.forward), default=0.0)
    feedback_rate = max((incoming.learning_rate for incoming in population.feedback), default=0.0)
    return {
        "perturbs": feedback_rate > 0,
        **cell_words(population.parameters, population.exact, timestep),
        **learning_words(population.parameters, learning_rate, feedback_rate),
        **_timed_words(population, learning_rate, timestep),
    }


def _timed_words(population: Receiver, learning_rate: float, timestep: float) -> dict[str, int]:
    timed = population.timed
    if timed is None:
        return dict.fromkeys(
            ("timed", "timed_lag", "timed_gain", "output_loss_syn", "output_loss_m", "output_reach"), 0
        )
    return {
        "timed": 1,
        "timed_lag": timed.lag_ticks,
        **timed_words(population.parameters, timed.parameters, learning_rate, timestep),
    }


def core_regions(
    population: Receiver, core: Core, addresses: Addresses
) -> dict[Region, NDArray[np.uint32] | NDArray[np.int32]]:
    """Return the words of each data region of a core that is not one of sPyNNaker's own."""
    columns = slice(core.first, core.first + core.n)
    sources = layout.source_words(_sources(population, addresses))
    present = [incoming.present[:, columns] for incoming in population.forward]
    has_absent = not all(matrix.all() for matrix in present)
    words = {
        "n_neurons": core.n,
        "first_neuron": core.first,
        "trial_ticks": population.trial_ticks,
        "first_trial": core.first_trial,
        "layer": population.layer,
        "seed": core.seed,
        "sends_spikes": addresses.spike is not None,
        "spike_key": addresses.spike or 0,
        "sends_errors": addresses.error is not None,
        "error_key": addresses.error or 0,
        "sends_factors": addresses.factor is not None,
        "factor_key": addresses.factor or 0,
        "colour_bits": population.colour_bits,
        "n_sources": len(sources),
        "n_rows": population.rows,
        "n_errors": population.outputs,
        "n_targets": population.targets.shape[1],
        "has_absent": has_absent,
        **constants(population, core.timestep),
        **capacities(population, core.n),
    }
    return {
        Region.CONFIGURATION: layout.configuration_words(words),
        Region.SOURCES: sources,
        Region.STATE: initial_state(population.v[columns], population.i_syn[columns], population.parameters),
        Region.WEIGHTS: _stacked([incoming.words[:, columns] for incoming in population.forward], core.n),
        Region.ABSENT: np.vstack([layout.absent_words(matrix) for matrix in present]) if has_absent else _NOTHING,
        Region.FEEDBACK: _stacked([incoming.words[:, columns] for incoming in population.feedback], core.n),
        Region.TARGETS: to_fixed(population.targets[columns].T, FORMATS.error).astype(np.int32),
        Region.NEURON_RECORDING: _recording_words(core.recorded),
    }


_NOTHING = np.empty(0, np.uint32)


def _stacked(matrices: list[NDArray[np.int32]], n: int) -> NDArray[np.int32]:
    return np.vstack([np.empty((0, n), np.int32), *matrices])


def _sources(population: Receiver, addresses: Addresses) -> Iterable[Source]:
    """Return where the packets to a population come from."""
    row = 0
    for incoming, senders in zip(population.forward, addresses.forward, strict=True):
        for sender in senders:
            learns = incoming.learning_rate > 0
            yield Source(sender.key, sender.mask, row + sender.first, sender.colour_bits, incoming.delay_ticks, learns)
        row += incoming.rows
    output = 0
    for incoming, senders, factors in zip(population.feedback, addresses.feedback, addresses.factors, strict=True):
        for sender in senders:
            yield Source(sender.key, sender.mask, output + sender.first, is_error=True)
        for sender in factors:
            yield Source(sender.key, sender.mask, output + sender.first, sender.colour_bits, is_factor=True)
        output += incoming.rows


def _recording_words(recorded: dict[str, tuple[int, list[int]]]) -> NDArray[np.uint32]:
    """Return interval and number of recorded neurons of v, i_syn and spikes, then the neurons."""
    head, indices = [], []
    for variable in ("v", "i_syn", "spikes"):
        interval, neurons = recorded[variable]
        head += [interval, len(neurons)]
        indices += neurons
    return np.array(head + indices, np.uint32)
