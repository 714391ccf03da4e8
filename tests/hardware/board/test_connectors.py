"""What sPyNNaker's binaries build on the machine: connections of every connector, kernels, compressed routing tables.

Neurons of the source fire one after the other, so that what each synapse has brought to its target, and when, can be
read from the recorded currents. They must be the connections that are read back, and those that were asked for.
"""

from __future__ import annotations

from types import SimpleNamespace

import exact
import numpy as np
import pytest
from scipy import signal, stats

from pynn_sfdfa.hardware.board import emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

SEED = 1
N, EACH = 20, 20
"""Neurons of each population, and ms between two spikes of the source."""
GRID = (5, 4)
IMAGE = (8, 6)
FIRED = [0, 9, 20, 47]
"""Pixels of the image that fire, ms apart as those of the source."""
KERNEL = np.array([[1.0, -0.5, 0.25], [0.5, 2.0, -1.0], [0.125, 0.75, -0.25]])
CELL = {"tau_m": 20.0, "v_rest": -65.0, "v_thresh": 0.0, "tau_syn_E": 1.0, "tau_syn_I": 1.0}
WEIGHT, DELAY = 0.5, 2.0
LISTED = [(i, 7 * i % N, 0.25 + i / 16, 1.0 + i % 5) for i in range(N)]
WEIGHTS = np.arange(9.0).reshape(3, 3) / 8
ALL = np.ones((N, N), bool)
EXACT = {
    "all": ALL,
    "one": np.eye(N, dtype=bool),
    "all but me": ~np.eye(N, dtype=bool),
    "offset": np.roll(np.eye(N, dtype=bool), 3, axis=1),
    "array": np.eye(N, dtype=bool)[::-1],
}
"""Which neurons some connectors connect, pre by post; others do so at random or with weights of their own."""
N_SOURCES = 12
"""More populations, whose spikes take the same ways."""
NANOAMPERES = 1e-4
WITHIN = 3.5
"""Standard deviations."""


def distances(shape):
    """Squared distance of each pair of neurons on a grid of PyNN's, whose y runs faster than x."""
    x, y = np.divmod(np.arange(np.prod(shape)), shape[1])
    return (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2


def connectors(sim):
    more = sim.extra_models
    return {
        "all": sim.AllToAllConnector(),
        "one": sim.OneToOneConnector(),
        "all but me": more.AllButMeConnector(),
        "offset": more.OneToOneOffsetConnector(3, wrap=True),
        "array": sim.ArrayConnector(EXACT["array"]),
        "list": sim.FromListConnector(LISTED),
        "kernel": sim.KernelConnector(GRID[::-1], GRID[::-1], (3, 3), weight_kernel=WEIGHTS),
        "distance": sim.DistanceDependentProbabilityConnector("d < 1.5"),
        "probability": sim.FixedProbabilityConnector(0.3),
        "index": sim.IndexBasedProbabilityConnector("0.5 * (i < 10)"),
        "post": sim.FixedNumberPostConnector(5),
        "pre": sim.FixedNumberPreConnector(4),
        "total": sim.FixedTotalNumberConnector(60),
        "drawn": sim.AllToAllConnector(),
    }


def times(indices, n):
    """Spike times of n sources, of which some fire one after the other."""
    found = [[] for _ in range(n)]
    for order, index in enumerate(indices):
        found[index] = [EACH * order + 1.0]
    return found


def arrived(conductance):
    """Weights that have arrived at each tick, from the recorded sum of decaying currents."""
    change = conductance.copy()
    change[1:] -= exact.decay(1.0, 1.0) * conductance[:-1]
    return change / exact.held(1.0, 1.0)


def signals(population):
    return {recorded.name: recorded.magnitude for recorded in population.get_data().segments[0].analogsignals}


@pytest.fixture(scope="module")
def built():
    """What was read back of each projection, what has arrived, and what the host knows of routing and provenance."""
    with emulated_board() as board:
        import pyNN.spiNNaker as sim
        from pyNN.random import RandomDistribution
        from pyNN.space import Grid2D
        from spinn_front_end_common.data import FecDataView
        from spinn_front_end_common.interface.provenance import ProvenanceReader
        from spinn_utilities.config_holder import set_config

        sim.setup(timestep=1.0)
        set_config("Mapping", "router_table_compress_as_far_as_possible", "True")
        for setting in ("write_provenance", "read_placements_provenance_data"):
            set_config("Reports", setting, "True")
        source = sim.Population(N, sim.SpikeSourceArray(spike_times=times(range(N), N)))
        grid = {"structure": Grid2D(GRID[0] / GRID[1]), "neurons_per_core": GRID}
        placed = sim.Population(N, sim.SpikeSourceArray(spike_times=times(range(N), N)), **grid)
        populations, projections = {}, {}
        for name, connector in connectors(sim).items():
            synapse = sim.StaticSynapse(weight=WEIGHT, delay=DELAY)
            if name == "drawn":
                synapse = sim.StaticSynapse(
                    weight=RandomDistribution("uniform", [0.5, 1.5]), delay=RandomDistribution("uniform", [1, 15])
                )
            on_grid = name == "distance"
            cells = sim.IF_curr_exp(**CELL)
            populations[name] = sim.Population(N, cells, label=name, seed=SEED, **(grid if on_grid else {}))
            populations[name].record("gsyn_exc")
            projections[name] = sim.Projection(placed if on_grid else source, populations[name], connector, synapse)
        grid = {"structure": Grid2D(IMAGE[0] / IMAGE[1]), "neurons_per_core": IMAGE}
        n = IMAGE[0] * IMAGE[1]
        image = sim.Population(n, sim.SpikeSourceArray(spike_times=times(FIRED, n)), **grid)
        filtered = sim.Population(n, sim.IF_curr_exp(**CELL), **grid)
        filtered.record(["gsyn_exc", "gsyn_inh"])
        sim.Projection(image, filtered, sim.ConvolutionConnector(KERNEL, padding=1), sim.Convolution())
        together = sim.Population(1, sim.IF_curr_exp(**CELL))
        together.record("gsyn_exc")
        for index, train in enumerate(times(range(N_SOURCES), N_SOURCES)):
            single = sim.Population(1, sim.SpikeSourceArray(spike_times=train), label=f"single {index}")
            synapse = sim.StaticSynapse(weight=(index + 1) / 8, delay=DELAY)
            sim.Projection(single, together, sim.OneToOneConnector(), synapse)
        sim.run(EACH * N + 20)
        found = SimpleNamespace(synapses={}, arrived={})
        for name, projection in projections.items():
            found.synapses[name] = np.array([tuple(row) for row in projection.get(["weight", "delay"], format="list")])
            found.arrived[name] = arrived(signals(populations[name])["gsyn_exc"])
        found.filtered = {name: arrived(recorded) for name, recorded in signals(filtered).items()}
        found.routes = board.machine.routes(0, 0)
        found.logs = board.report()
        with ProvenanceReader() as database:
            found.events = {
                (name, what): value
                for name, what, value in database.run_query(
                    "SELECT core_name, description, the_value FROM core_provenance_view"
                )
            }
        found.together = arrived(signals(together)["gsyn_exc"])[:, 0]
        found.tables = {
            (table.x, table.y): (table.number_of_entries, len(board.machine.routes(table.x, table.y)))
            for table in FecDataView.get_uncompressed()
        }
        assert not board.faults and not board.machine.dropped
        sim.end()
    return found


def matrix(synapses):
    """Sum of the weights from each neuron to each."""
    found = np.zeros((N, N))
    for pre, post, weight, _ in synapses:
        found[int(pre), int(post)] += weight
    return found


NAMES = [*EXACT, "list", "kernel", "distance", "probability", "index", "post", "pre", "total", "drawn"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_back_is_what_arrives(built, name):
    expected = np.zeros_like(built.arrived[name])
    for pre, post, weight, delay in built.synapses[name]:
        expected[EACH * int(pre) + 1 + int(delay), int(post)] += weight
    assert expected.any()
    assert np.abs(built.arrived[name] - expected).max() < NANOAMPERES


@pytest.mark.parametrize("name", EXACT)
def test_connectors_that_leave_nothing_to_chance(built, name):
    assert np.array_equal(matrix(built.synapses[name]), WEIGHT * EXACT[name])


def test_a_list_of_connections(built):
    assert np.array_equal(built.synapses["list"], np.array(LISTED))


def test_a_kernel_lies_centred_on_the_target(built):
    """Pre at (x, y) counts for post at (u, v) with the weight in row y - v and column x - u of the kernel's centre."""
    x, y = np.arange(N) % GRID[0], np.arange(N) // GRID[0]
    column, row = (1 + x[:, None] - x).clip(-1, 3), (1 + y[:, None] - y).clip(-1, 3)
    expected = np.pad(WEIGHTS, ((0, 2), (0, 2)))[row, column]
    assert np.array_equal(matrix(built.synapses["kernel"]), expected)


def test_connections_by_distance(built):
    near = distances(GRID) < 1.5**2
    assert np.array_equal(matrix(built.synapses["distance"]), WEIGHT * near)


def test_connections_with_a_probability(built):
    n, p = N * N, 0.3
    assert abs(len(built.synapses["probability"]) - n * p) < WITHIN * np.sqrt(n * p * (1 - p))
    by_index = matrix(built.synapses["index"]) > 0
    assert not by_index[10:].any()
    assert abs(by_index.sum() - n / 4) < WITHIN * np.sqrt(n / 2) / 2


def test_connections_of_a_number(built):
    """Without replacement where each neuron has its number; a total number is drawn with replacement."""
    assert np.array_equal((matrix(built.synapses["post"]) > 0).sum(axis=1), np.full(N, 5))
    assert np.array_equal((matrix(built.synapses["pre"]) > 0).sum(axis=0), np.full(N, 4))
    assert len(built.synapses["total"]) == 60
    assert stats.chisquare(matrix(built.synapses["total"]).sum(axis=0) / WEIGHT).pvalue > 1e-3


def test_weights_and_delays_drawn_on_the_machine(built):
    """Delays drawn there are cut down to whole steps, not rounded as those drawn by the host are."""
    *_, weights, delays = built.synapses["drawn"].T
    n = len(weights)
    assert n == N * N
    assert abs(weights.mean() - 1) < WITHIN * 1 / np.sqrt(12 * n)
    assert 0.5 <= weights.min() < 0.52
    assert 1.48 < weights.max() <= 1.5
    assert set(delays) == set(range(1, 15))
    assert abs(delays.mean() - 7.5) < WITHIN * np.sqrt((14**2 - 1) / 12 / n)


def test_a_convolution_is_one_in_the_mathematicians_sense(built):
    """The kernel is turned: a pixel adds kernel[dy + 1, dx + 1] to the neuron that is (dx, dy) away from it."""
    for order, pixel in enumerate(FIRED):
        shown = np.zeros(IMAGE[::-1])
        shown.flat[pixel] = 1
        expected = signal.convolve2d(shown, KERNEL, mode="same").ravel()
        tick = EACH * order + 2
        assert np.abs(built.filtered["gsyn_exc"][tick] - expected.clip(0)).max() < NANOAMPERES
        assert np.abs(built.filtered["gsyn_inh"][tick] + expected.clip(None, 0)).max() < NANOAMPERES
    assert (built.filtered["gsyn_exc"] > 0.1).any(axis=1).sum() == len(FIRED)


def test_routing_tables_are_compressed_on_the_machine(built):
    """One board has no more sources than a router has entries: tables are compressed here because that is asked for."""
    before, after = np.array(list(built.tables.values())).sum(axis=0)
    assert 0 < after < before - N_SOURCES / 2
    expected = np.zeros(len(built.together))
    expected[EACH * np.arange(N_SOURCES) + 1 + int(DELAY)] = (np.arange(N_SOURCES) + 1) / 8
    assert np.abs(built.together - expected).max() < NANOAMPERES


def test_provenance_counts_what_each_core_has_done(built):
    """Each neuron of the source fires once, so that each synapse is passed once."""
    names = [name for name in NAMES if name != "distance"]
    events = [built.events[f"{name}(0:{N - 1})", "Total_pre_synaptic_events"] for name in names]
    assert events == [len(built.synapses[name]) for name in names]
    assert built.events["single 3(0:0)", "Send_multicast_packets"] == 1
    assert built.events[f"all(0:{N - 1})", "Last_timer_tic_the_core_ran_to"] == EACH * N + 20
