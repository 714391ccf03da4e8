"""Run, read, clear, repeat: how everybody loops over trials."""

import gc
import logging
import os

import numpy as np
import pytest
from small_networks import cells, count

ROUNDS = {"event": 1000, "brian2": int(os.environ.get("PYNN_SFDFA_ROUNDS", 20)), "spiNNaker": 4}
"""A run costs 0.1 ms, 30 ms, 500 ms."""


@pytest.fixture
def unlogged():
    """Pytest keeps what is logged, and Brian2 logs every run."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
def test_nothing_is_lost_nothing_comes_twice_and_memory_is_flat(sim, unlogged):
    rounds = ROUNDS[sim.__name__.rpartition(".")[2]]
    times = np.arange(rounds * 5) + 0.5 * (sim.__name__.endswith("event"))
    stimulus = sim.Population(3, sim.SpikeSourceArray(spike_times=times))
    population = cells(sim, 3, v_thresh=-69.9)
    sim.Projection(stimulus, population, sim.OneToOneConnector(), sim.StaticSynapse(weight=1.0, delay=1.0))
    stimulus.record("spikes")
    population.record(["spikes", "v"])
    seen, of_cells, objects = 0, 0, {}
    for round_index in range(rounds):
        sim.run(5.0)
        seen += count(stimulus, clear=True)
        block = population.get_data(clear=True)
        of_cells += sum(len(train) for train in block.segments[-1].spiketrains)
        assert len(block.segments) == 1 and len(block.segments[0].analogsignals[0]) <= 6
        if round_index in (rounds // 2, rounds - 1):
            gc.collect()
            objects[round_index] = len(gc.get_objects())
    assert abs(seen - 3 * times.size) <= 3  # a spike at the very end of a run may belong to the next
    assert of_cells > seen / 3
    early, late = objects.values()
    assert late - early < 20 * (rounds - rounds // 2)  # Brian2 itself keeps eight weak references for each run
