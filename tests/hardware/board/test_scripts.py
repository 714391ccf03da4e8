"""Scripts as users write them: several runs, reset, and what goes wrong."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import exact
import numpy as np
import pytest

from pynn_sfdfa.hardware.board import BoardError, emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

CELL = {"tau_m": 20.0, "cm": 1.0, "v_rest": -65.0, "v_reset": -70.0, "v_thresh": -55.0, "tau_refrac": 2.0}
CELL |= {"tau_syn_E": 5.0, "tau_syn_I": 5.0, "i_offset": 0.2}
TIMES = [[3.0, 20.0], [8.0, 33.0, 41.0]]
WEIGHTS = np.array([[2.0, 1.0, 3.0], [1.0, 2.5, 0.5]])


def build(sim, timestep=1.0):
    sim.setup(timestep=timestep)
    source = sim.Population(2, sim.SpikeSourceArray(spike_times=TIMES))
    population = sim.Population(3, sim.IF_curr_exp(**CELL), label="cells")
    rows = [(i, j, WEIGHTS[i, j], 1.0) for i in range(2) for j in range(3)]
    projection = sim.Projection(source, population, sim.FromListConnector(rows), sim.StaticSynapse())
    population.record(["v", "spikes"])
    return population, projection


def check(segment, ticks, dt=1.0, leak=None):
    arriving = exact.arrivals(TIMES, WEIGHTS, np.ones_like(WEIGHTS), ticks, dt)
    v, spikes = exact.lif(CELL, np.stack([arriving, np.zeros_like(arriving)], axis=1), dt, leak)
    assert np.abs(segment.analogsignals[0].magnitude - v).max() < 0.01
    for train, times in zip(segment.spiketrains, spikes, strict=True):
        assert np.allclose(train.magnitude, times, rtol=0, atol=1e-9)


def test_two_runs_then_reset_then_another_simulation():
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        population, projection = build(sim)
        sim.run(30)
        assert "core (0, 0, 2) IF_curr_exp: READY" in board.report()
        check(population.get_data().segments[0], 30)
        sim.run(20)
        check(population.get_data().segments[0], 50)
        assert np.array_equal(np.array(projection.get("weight", format="array")), WEIGHTS)
        sim.reset()
        sim.run(25)
        again = population.get_data().segments
        check(again[0], 50)
        check(again[1], 25)
        sim.end()

        population, _ = build(sim)  # on a machine that has just been switched on
        sim.run(25)
        check(population.get_data().segments[0], 25)


def test_a_tenth_of_a_millisecond():
    """At so short a step it shows that the factor by which v decays is a multiple of 2**-15 (format s16.15)."""
    leak = round(exact.decay(CELL["tau_m"], 0.1) * 2**15) / 2**15
    with emulated_board():
        import pyNN.spiNNaker as sim

        population, _ = build(sim, timestep=0.1)
        sim.run(12)
        segment = population.get_data().segments[0]
        assert sum(len(train) for train in segment.spiketrains) >= 2
        check(segment, 120, 0.1, leak)


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    from spinnman import spinnman_simulation
    from spinnman.transceiver import base_transceiver
    from spynnaker.pyNN.data import SpynnakerDataView

    monkeypatch.setenv("HOME", str(tmp_path))
    before = spinnman_simulation.transceiver_generator, base_transceiver.time, sys.excepthook
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        with pytest.raises(BoardError, match="switched on by the first run"):
            _ = board.machine
        sim.setup(timestep=1.0)
        assert sim.get_machine().n_chips == 48
        reports = Path(SpynnakerDataView.get_run_dir_path())
        assert reports.exists()
    assert not reports.exists()
    assert (spinnman_simulation.transceiver_generator, base_transceiver.time, sys.excepthook) == before
    assert not list(tmp_path.glob(".spynnaker*"))


def test_the_machine_is_what_the_host_takes_a_board_for():
    from spinn_machine import virtual_machine

    with emulated_board():
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        machine = sim.get_machine()
        virtual = virtual_machine(8, 8)
        assert set(machine.chip_coordinates) == set(virtual.chip_coordinates)
        for x, y in virtual.chip_coordinates:
            links = [{link.source_link_id for link in m[x, y].router.links} for m in (machine, virtual)]
            assert links[0] == links[1]
            assert (
                machine[x, y].router.n_available_multicast_entries == virtual[x, y].router.n_available_multicast_entries
            )
            assert len(machine[x, y].placable_processors_ids) == 17
            assert abs(machine[x, y].sdram - virtual[x, y].sdram) < 2**20
        assert machine.boot_chip == virtual.boot_chip


def test_a_core_that_dies_is_reported(monkeypatch):
    """A binary whose data are not there stops itself with a run-time error and says why."""
    from spinnman.exceptions import SpiNNManCoresNotInStateException

    from pynn_sfdfa.hardware.board.server import CommandServer

    start = CommandServer._start

    def start_without_data(self, x, y, cores_and_app, image):
        table = int.from_bytes(self.machine.read(x, y, 0xE5007000 + 128 * 2 + 112, 4), "little")  # user0 of core 2
        if cores_and_app & 1 << 2:
            self.machine.write(x, y, table, bytes(4))
        start(self, x, y, cores_and_app, image)

    monkeypatch.setattr(CommandServer, "_start", start_without_data)
    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        build(sim)
        with pytest.raises(SpiNNManCoresNotInStateException, match="0, 0, 2") as failed:
            sim.run(5)
        (note,) = failed.value.__notes__
        assert note.startswith("On the emulated board: core 0, 0, 2 (IF_curr_exp.aplx) is in RUN_TIME_EXCEPTION with ")
        assert "Magic number is incorrect: 00000000" in note
        died = board.faults[0]
        assert (died.x, died.y, died.p, died.state.name) == (0, 0, 2, "RUN_TIME_EXCEPTION")
        assert "Magic number is incorrect: 00000000" in died.log


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            "reset: ldr r3, =0x50000000\n str r0, [r3]\n .ltorg",
            "at 0x4 (instruction 0xe5830000 writes 4 bytes at 0x50000",
        ),
        ("reset: add r0, r0, #1\n b reset", "it has not initialised within 100 ms: it runs at 0x0 (instruction 0xe28"),
    ],
)
def test_what_a_bad_program_does_is_told_with_core_program_and_instruction(
    monkeypatch, tmp_path, assemble, program, told
):
    from spinnman.exceptions import SpiNNManCoresNotInStateException

    with emulated_board() as board:
        sim, name = use_binary(monkeypatch, tmp_path, assemble(program, vectors=False))
        with pytest.raises(SpiNNManCoresNotInStateException, match=rf"core 0, 0, 2 \({name}\) is in ") as failed:
            sim.run(5)
        assert told in failed.value.__notes__[0]
        assert board.machine.microseconds < 2e6


def use_binary(monkeypatch, folder, binary):
    """Build the network; its neurons run a binary, of a name of its own as sPyNNaker goes on looking in all folders."""
    import pyNN.spiNNaker as sim
    from spynnaker.pyNN.data import SpynnakerDataView
    from spynnaker.pyNN.models.neuron.implementations import NeuronImplStandard

    name = f"{folder.name}.aplx"
    (folder / name).write_bytes(binary)
    monkeypatch.setattr(NeuronImplStandard, "binary_name", name)
    build(sim)
    SpynnakerDataView.register_binary_search_path(str(folder))
    return sim, name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda binary: binary[: len(binary) // 2], "the binary is cut short: 29624 bytes for 0x00000000, 149"),
        (lambda binary: binary + b"\0", "no whole number of words"),
        (lambda binary: binary + bytes(1 << 20), "are more than a core holds"),
        (lambda binary: b"", "ends before it says where to start"),
    ],
)
def test_a_binary_that_is_none_is_refused_by_name(tmp_path, change, told):
    import spynnaker

    from pynn_sfdfa.hardware.board.spynnaker import check_binary

    whole = Path(spynnaker.__file__).parent / "pyNN" / "model_binaries" / "IF_curr_exp.aplx"
    check_binary(whole)
    (tmp_path / "bad.aplx").write_bytes(change(whole.read_bytes()))
    with pytest.raises(BoardError, match=rf"bad\.aplx is no program for a core of SpiNNaker: .*{told}"):
        check_binary(tmp_path / "bad.aplx")


def test_a_binary_is_refused_before_it_is_loaded(monkeypatch, tmp_path):
    with emulated_board() as board:
        sim, name = use_binary(monkeypatch, tmp_path, b"no program")
        with pytest.raises(BoardError, match=f"{name} is no program"):
            sim.run(5)
        assert board.faults == []


def test_a_run_that_never_ends_is_given_up():
    from spinnman.exceptions import SpiNNManCoresNotInStateException

    with emulated_board() as board:
        import pyNN.spiNNaker as sim

        build(sim)
        sim.run(5)
        ordinary = board.machine.signal
        board.machine.signal = lambda app_id, signal: None if "SYNC" in signal.name else ordinary(app_id, signal)
        with pytest.raises(SpiNNManCoresNotInStateException, match="waiting for") as failed:
            sim.run(5)
        assert "IF_curr_exp: SYNC" in failed.value.__notes__[0]
        assert board.machine.microseconds < 30e6


def test_a_missing_binary_is_named(monkeypatch):
    from spynnaker.pyNN.exceptions import SynapticConfigurationException
    from spynnaker.pyNN.models.neuron.implementations import NeuronImplStandard

    monkeypatch.setattr(NeuronImplStandard, "binary_name", "unbuilt.aplx")
    with emulated_board():
        import pyNN.spiNNaker as sim

        build(sim)
        with pytest.raises(SynapticConfigurationException, match=r"unbuilt.*\.aplx"):
            sim.run(5)


@pytest.mark.parametrize("found", ["1!7.3.0", None])
def test_another_version_is_refused(monkeypatch, found):
    def version(package):
        if found is None:
            raise importlib.metadata.PackageNotFoundError(package)
        return found

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(BoardError, match=r"needs sPyNNaker 1!7\.4\.1.*pip install"), emulated_board():
        pass


def test_a_board_that_was_taken_earlier_may_be_given_back_while_another_one_is_in_use():
    """As by the ``setup()`` of a script after a simulation that has not been ended."""
    from spinn_utilities.config_holder import get_config_str_or_none

    first = emulated_board()
    first.__enter__()
    with emulated_board():
        first.__exit__(None, None, None)
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        assert get_config_str_or_none("Machine", "machine_name") == "emulated-board"
        assert get_config_str_or_none("Machine", "version") == "5"
        assert sim.get_machine().n_chips == 48
        sim.end()
