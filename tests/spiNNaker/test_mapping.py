"""Networks mapped by sPyNNaker's own tools: cores, keys, data; and what is refused before the mapping."""

import re

import numpy as np
import pyNN.errors
import pytest

pytest.importorskip("spynnaker")

from pynn_sfdfa.hardware.board.spynnaker import configured
from pynn_sfdfa.hardware.capacity import dtcm
from pynn_sfdfa.hardware.cores import cores_needed
from pynn_sfdfa.spiNNaker import binary, control, resources
from pynn_sfdfa.spiNNaker.layout import CONFIGURATION_WORDS, Region
from pynn_sfdfa.spiNNaker.regions import region_sizes
from pynn_sfdfa.spiNNaker.spynnaker_names import SpynnakerDataView, sources_of

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -68.0, "trial_duration": 40.0}


def build(sim, n_in=20, hidden=300, n_out=10, trials=2, per_core=16, **settings):
    sim.setup(timestep=1.0, **settings)
    stimulus = sim.Population(n_in, sim.SpikeSourcePoisson(rate=20.0), label="stimulus")
    first = sim.Population(hidden, sim.LIF_SFDFA(**CELL), label="first", neurons_per_core=per_core)
    second = sim.Population(hidden, sim.LIF_SFDFA(**CELL), label="second", neurons_per_core=per_core)
    output = sim.Population(n_out, sim.LIF_SFDFA(targets=[[3.0] * trials] * n_out, **CELL), label="output")
    for pre, post in ((stimulus, first), (first, second), (second, output)):
        synapse = sim.SFDFASynapse(weight=0.1, delay=1.0, learning_rate=1e-4)
        sim.Projection(pre, post, sim.AllToAllConnector(), synapse)
    for post in (first, second):
        sim.Projection(output, post, sim.AllToAllConnector(), sim.SFDFAFeedback(learning_rate=0.01))
    return stimulus, first, second, output


@pytest.mark.slow
def test_several_hundred_neurons_on_tens_of_cores(mapped):
    stimulus, first, second, output = build(mapped, time_scale_factor=4)
    mapped.run(80.0)
    assert [len(p._vertex.machine_vertices) for p in (first, second, output)] == [19, 19, 1]
    core = list(second._vertex.machine_vertices)[-1]
    data = core.regions()
    words = dict(zip(CONFIGURATION_WORDS, data[Region.CONFIGURATION].tolist(), strict=True))
    assert (words["n_neurons"], words["first_neuron"], words["layer"]) == (12, 288, 1)
    assert (words["n_sources"], words["n_rows"], words["n_errors"], words["perturbs"]) == (20, 300, 10, 1)
    keys = data[Region.SOURCES][:, 0]
    assert (np.diff(keys.astype(np.int64)) > 0).all()
    expected = {key for _, key, _ in sources_of(first._vertex, "SPIKE")} | {
        key for _, key, _ in sources_of(output._vertex, "ERROR")
    }
    assert set(keys.tolist()) == expected
    sizes = region_sizes(second._vertex.described(), 12)
    assert all(4 * data[region].size <= size for region, size in sizes.items())
    assert data[Region.WEIGHTS].shape == (300, 12) and (data[Region.WEIGHTS] == round(0.1 * 2**27)).all()
    np.testing.assert_array_equal(second._vertex.forward.incoming[0].words, round(0.1 * 2**27))


def test_learning_that_cannot_work_is_refused(mapped):
    *_, output = build(mapped, hidden=20)
    with pytest.raises(ValueError, match="'output' has targets for 2 trials, but running to 120 ms completes 3 trials"):
        mapped.run(120.0)
    output.set(targets=[])
    with pytest.raises(ValueError, match="Feedback from population 'output' to 'first' carries no error"):
        mapped.run(40.0)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"hidden": 250, "per_core": 250}, r"'first' needs \d+ bytes of DTCM on a core with 250 .*_per_core = 1\d\d"),
        ({"per_core": 100}, r"'second' needs about [\d,]+ cycles.*_per_core = \d\d or less or setup\(time_scale"),
        ({"n_in": 3000}, "'first' has 3000 sources, all of which may fire in one tick"),
        ({"n_out": 300, "trials": 1}, "'first' has feedback from 300 output neurons; a core can add up the errors"),
        ({"trials": 30000, "hidden": 10}, "'output' needs .* bytes of SDRAM .* for TARGETS"),
    ],
)
def test_more_than_a_core_has_is_refused_before_mapping(mapped, monkeypatch, network, message):
    monkeypatch.setattr(resources, "SDRAM", 2**20)
    build(mapped, **{"hidden": 100, **network})
    with pytest.raises(ValueError, match=message):
        mapped.run(40.0)


def test_the_fewest_cores_of_a_network_are_those_that_pass_the_check(mapped):
    build(mapped, n_in=64, hidden=250, per_core=250)
    with pytest.raises(ValueError, match="'first' needs") as refused:
        mapped.run(40.0)
    most = int(re.search(r"neurons_per_core = (\d+) or less", str(refused.value))[1])
    assert [cores_needed((64, n, 10, 10), 40) for n in (most, most + 1)] == [4, 5]


def test_what_cannot_be_represented_is_refused_before_mapping(mapped):
    _, first, second, _ = build(mapped, hidden=20)
    first._vertex.forward.incoming[0].projections[0].set(learning_rate=10.0)
    with pytest.raises(ValueError, match="Population 'first': learning_rate = 10 nA.2/ms is not representable"):
        mapped.run(40.0)
    first._vertex.forward.incoming[0].projections[0].set(learning_rate=1e-4)
    second.initialize(i_syn=1e9)
    with pytest.raises(ValueError, match="Population 'second': Initial values of v and i_syn need currents of up to"):
        mapped.run(40.0)
    second.initialize(i_syn=0.0)
    mapped.run(40.0)


def test_a_missing_application_is_refused_before_mapping(mapped, monkeypatch):
    build(mapped, hidden=20)
    monkeypatch.setattr(control, "has_machine", lambda: True)
    monkeypatch.setattr(binary, "binary_exists", lambda name: False)
    with pytest.raises(FileNotFoundError, match="lif_sfdfa.aplx.*set SPINN_DIRS.*make -C"):
        mapped.run(40.0)


def test_what_builds_the_application_is_named_if_it_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PYNN_SFDFA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(binary.shutil, "which", lambda tool: None if "gcc" in tool else tool)
    with pytest.raises(FileNotFoundError, match="arm-none-eabi-gcc.*apt install gcc-arm-none-eabi"):
        binary.build_for_emulator()


@pytest.mark.slow
def test_a_network_larger_than_a_board_is_mapped_on_a_larger_machine(sim, tmp_path, monkeypatch):
    """A thousand cores on three boards; a single one has 48 chips with 17 or 18 cores each."""
    monkeypatch.chdir(tmp_path)
    machine = {"version": "5", "virtual_board": "True", "width": "12", "height": "12"}
    with configured({"Machine": machine}, tmp_path):
        _, *populations = build(sim, n_in=4, hidden=500, n_out=2, per_core=1, time_scale_factor=4)
        sim.run(40.0)
        cores = [core for population in populations for core in population._vertex.machine_vertices]
        chips = {(place.x, place.y) for place in map(SpynnakerDataView.get_placement_of_vertex, cores)}
        sim.end()
    assert len(cores) == 1001
    assert len(chips) > 48


def test_timed_feedback_that_cannot_be_is_refused_before_mapping(mapped):
    sim = mapped
    sim.setup(timestep=1.0)
    cell = {"tau_m": 52.0, "tau_syn": 26.0, "trial_duration": 40.0}
    hidden = sim.Population(4, sim.LIF_SFDFA(**cell), label="hidden")
    outputs = [sim.Population(2, sim.LIF_SFDFA(targets=[[1.0]] * 2, **cell), label=name) for name in ("a", "b")]
    everything, synapse = sim.AllToAllConnector(), sim.SFDFASynapse(weight=1.0, delay=1.0)
    sim.Projection(outputs[0], hidden, everything, sim.SFDFAFeedback(timed=True))
    with pytest.raises(ValueError, match="from population 'a' to 'hidden' is timed, but no projection leads from"):
        sim.run(40.0)
    for output in outputs:
        sim.Projection(hidden, output, everything, synapse)
    assert hidden._vertex.described().timed.lag_ticks == 2
    with pytest.raises(pyNN.errors.ConnectionError, match="one timed and one not; on SpiNNaker both are or none"):
        sim.Projection(outputs[0], hidden, everything, sim.SFDFAFeedback())
    sim.Projection(outputs[1], hidden, everything, sim.SFDFAFeedback())
    with pytest.raises(pyNN.errors.ConnectionError, match="Feedback to 'hidden' comes from 'a', 'b'; on SpiNNaker a"):
        sim.run(40.0)


def test_timed_feedback_takes_memory_and_time(mapped):
    needs = []
    for timed in (False, True):
        sim = mapped
        sim.setup(timestep=1.0)
        cell = {"tau_m": 52.0, "tau_syn": 26.0, "trial_duration": 40.0}
        hidden = sim.Population(40, sim.LIF_SFDFA(**cell), label="hidden")
        output = sim.Population(10, sim.LIF_SFDFA(targets=[[1.0]] * 10, **cell), label="output")
        sim.Projection(hidden, output, sim.AllToAllConnector(), sim.SFDFASynapse(weight=1.0, learning_rate=1e-4))
        sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(timed=timed))
        sim.Projection(sim.Population(5, sim.SpikeSourceArray()), hidden, sim.AllToAllConnector(),
                       sim.SFDFASynapse(weight=1.0, learning_rate=1e-4))  # fmt: skip
        described = hidden._vertex.described()
        needs.append((dtcm(described, 40), sum(resources.cycles(described, 40))))
    assert needs[1][0] - needs[0][0] == 10 * (31 * 8 + 20 + 4 * 40) + 16
    assert needs[1][1] > needs[0][1] + 10 * 40 * 33  # the walk alone


@pytest.mark.slow
@pytest.mark.parametrize("version", ["201", "248"])
def test_vertices_are_placed_on_virtual_machines_of_spinnaker2(sim, tmp_path, monkeypatch, version):
    """By sPyNNaker's tools, which know these machines; nothing runs there."""
    monkeypatch.chdir(tmp_path)
    sim.end()
    with configured({"Machine": {"version": version, "virtual_board": "True"}}, tmp_path):
        sim.setup(timestep=1.0, time_scale_factor=3)
        stimulus = sim.Population(64, sim.SpikeSourcePoisson(rate=20.0))
        hidden = sim.Population(800, sim.LIF_SFDFA(**CELL), label="hidden")
        output = sim.Population(10, sim.LIF_SFDFA(targets=[[3.0]] * 10, **CELL), label="output")
        synapse = sim.SFDFASynapse(weight=0.1, delay=1.0, learning_rate=1e-4)
        for pre, post in ((stimulus, hidden), (hidden, output)):
            sim.Projection(pre, post, sim.AllToAllConnector(), synapse)
        sim.Projection(output, hidden, sim.AllToAllConnector(), sim.SFDFAFeedback(learning_rate=0.01, timed=True))
        sim.run(40.0)
        vertices = [core for population in (hidden, output) for core in population._vertex.machine_vertices]
        places = {(p.x, p.y, p.p) for p in map(SpynnakerDataView.get_placement_of_vertex, vertices)}
        sim.end()
    assert len(places) == len(vertices) == 14
