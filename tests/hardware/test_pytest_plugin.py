"""The fixture for other packages, in a test session of its own."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from package_sources import ROOT

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")

pytest_plugins = ("pytester",)
HOME = Path.home()
PLUGIN = "pynn_sfdfa.hardware.pytest_plugin"

TESTS = """
    import sys

    def test_nothing_is_imported_before_it_is_asked_for():
        assert "spynnaker" not in sys.modules and "unicorn" not in sys.modules

    def test_spikes_arrive(emulated_board):
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        source = sim.Population(1, sim.SpikeSourceArray(spike_times=[2.0]))
        cells = sim.Population(1, sim.IF_curr_exp())
        sim.Projection(source, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=30.0, delay=1.0))
        cells.record("spikes")
        sim.run(10)
        (train,) = cells.get_data("spikes").segments[0].spiketrains
        assert train.magnitude[0] == 3.0
        assert not emulated_board.faults
        sim.end()

    def test_the_board_has_gone():
        from spinnman import spinnman_simulation

        assert spinnman_simulation.transceiver_generator.__name__ == "transceiver_generator"
"""


@pytest.mark.slow
def test_another_package_tests_on_the_emulated_board(pytester, monkeypatch):
    pytester.makepyfile(TESTS)
    monkeypatch.setenv("HOME", str(HOME))  # pytester has set another one, without compiled code
    done = pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider")
    done.assert_outcomes(passed=3)


def test_pytest_finds_the_plugin_by_itself():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    assert f"{PLUGIN} = {PLUGIN}" in settings["options.entry_points"]["pytest11"]
