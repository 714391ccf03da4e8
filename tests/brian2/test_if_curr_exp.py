"""Brian2's IF_curr_exp tends to that of the event-driven simulator as its time step shrinks."""

import numpy as np
import pytest

import pynn_sfdfa.event as event

STEPS = (0.1, 0.01)


def network(sim):
    """Return two layers of stock neurons that excite and inhibit, the second also itself and back to the first.

    Spikes of the sources fall on steps of 0.1 ms.
    """
    rng = np.random.default_rng(0)
    times = [np.sort(rng.choice(np.arange(10, 500), 25, replace=False)) * 0.1 for _ in range(12)]
    sources = sim.Population(12, sim.SpikeSourceArray(spike_times=times))
    cell = {"cm": 0.3, "tau_m": 15.0, "tau_syn_E": 4.0, "tau_syn_I": 9.0, "v_reset": -68.0, "tau_refrac": 2.0}
    first = sim.Population(6, sim.IF_curr_exp(**cell, i_offset=0.1))
    second = sim.Population(4, sim.IF_curr_exp(**cell | {"tau_refrac": 0.5}))
    for pre, post in ((sources, first), (first, second)):
        for sign, receptor_type in ((1.0, "excitatory"), (-0.3, "inhibitory")):
            weights = sign * rng.uniform(0.0, 0.4 if pre is sources else 1.5, (pre.size, post.size))
            sim.Projection(
                pre, post, sim.AllToAllConnector(), sim.StaticSynapse(weight=weights, delay=1.0),
                receptor_type=receptor_type,
            )  # fmt: skip
    lateral, back = sim.StaticSynapse(weight=-0.3, delay=1.5), sim.StaticSynapse(weight=0.3, delay=2.0)
    sim.Projection(second, second, sim.AllToAllConnector(allow_self_connections=False), lateral)
    sim.Projection(second, first, sim.AllToAllConnector(), back)
    for population in (first, second):
        population.record("spikes")
    return first, second


def spikes(sim):
    populations = network(sim)
    sim.run(30.0)
    found = [np.array(train) for p in populations for train in p.get_data().segments[-1].spiketrains]
    sim.end()
    return found


@pytest.mark.slow
def test_its_spikes_tend_to_the_exact_ones(sim):
    event.setup()
    exact = spikes(event)
    assert sum(map(len, exact[:6])) > 20 and sum(map(len, exact[6:])) > 20
    late = []
    for step in STEPS:
        sim.setup(timestep=step)
        found = spikes(sim)
        assert [train.size for train in found] == [train.size for train in exact]
        late.append(np.abs(np.concatenate(found) - np.concatenate(exact)).max())
    coarse, fine = late
    assert coarse < 10 * STEPS[0] and fine < 0.2 * coarse
