"""How long a core takes for a tick and for the end of a trial: estimates, from the instructions of the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.capacity import Receiver

__all__ = ["CYCLES_PER_US", "cycles"]

CYCLES_PER_US = 200
"""Of a core at 200 MHz."""

# Estimated cycles; those of the kernels as benchmarks/results/spinnaker_cost.json has them.
_PACKET_CYCLES, _ROW_CYCLES, _TICK_CYCLES = 150, 350, 2000
_ARRIVE_CYCLES, _NEURON_CYCLES, _REPLAY_CYCLES, _CHANGE_CYCLES, _FEEDBACK_CYCLES = 12, 62, 18, 13, 60
_PULL_CYCLES, _PULL_SPIKE_CYCLES, _TIMED_CYCLES, _OUTPUT_CYCLES = 33, 35, 88, 6
_COPIED_CYCLES = 4  # by which keeping a feedback weight takes less than gathering an error through it


def cycles(population: Receiver, neurons: int) -> tuple[int, int]:
    """Return the cycles of a tick and of a trial's end, if every source fires once, in the first half of the trial.

    Where feedback is timed every neuron of the core and every output neuron does, too.
    """
    sources = population.rows
    per_tick = -(-2 * sources // population.trial_ticks)
    tick = (
        _TICK_CYCLES + neurons * _NEURON_CYCLES + per_tick * (_PACKET_CYCLES + _ROW_CYCLES + neurons * _ARRIVE_CYCLES)
    )
    if not any(incoming.learning_rate for incoming in population.forward):
        return tick, 0
    end = population.trial_ticks * neurons * _REPLAY_CYCLES + sources * (_ROW_CYCLES + neurons * _CHANGE_CYCLES)
    if population.timed is not None:
        end += population.outputs * (population.trial_ticks * _PULL_CYCLES + _PACKET_CYCLES + _PULL_SPIKE_CYCLES)
        end += neurons * (_TIMED_CYCLES + population.outputs * (_OUTPUT_CYCLES - _COPIED_CYCLES))
    return tick, end + population.outputs * (2 * _PACKET_CYCLES + _ROW_CYCLES + neurons * _FEEDBACK_CYCLES)
