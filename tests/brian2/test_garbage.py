"""Brian2 looks for garbage before each run; what was there before is passed over, and no garbage is kept for that."""

import gc
import weakref

import pytest


class Cycle:
    def __init__(self):
        self.itself = self


@pytest.fixture
def population(sim):
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    sim.setup(timestep=1.0)
    population = sim.Population(2, sim.IF_curr_exp(i_offset=2.0))
    population.record("spikes")
    sim.run(1.0)
    yield population
    if frozen:
        gc.freeze()


def looked_through(sim):
    """Return how many objects each full search of a run has looked through."""
    counts = []

    def note(phase, info):
        if phase == "start" and info["generation"] == 2:
            counts.append(len(gc.get_objects()))

    gc.callbacks.append(note)
    try:
        sim.run(50.0)
    finally:
        gc.callbacks.remove(note)
    return counts


def test_a_run_looks_through_none_of_what_was_there(sim, population):
    there = len(gc.get_objects())
    counts = looked_through(sim)
    assert counts and max(counts) < 0.1 * there
    assert len(gc.get_objects()) > 0.9 * there  # they are looked after again
    assert all(len(train) > 1 for train in population.get_data().segments[0].spiketrains)


def test_garbage_goes_before_and_after(sim, population):
    kept, dropped = Cycle(), Cycle()
    of_kept, of_dropped = weakref.ref(kept), weakref.ref(dropped)
    del dropped
    sim.run(1.0)
    assert of_dropped() is None
    del kept
    gc.collect()
    assert of_kept() is None


def test_who_has_frozen_objects_keeps_them_so(sim, population):
    gc.freeze()
    frozen = gc.get_freeze_count()
    sim.run(1.0)
    assert gc.get_freeze_count() >= 0.9 * frozen
