from __future__ import annotations

import importlib.util

import pytest

from pynn_sfdfa.common import simulators
from pynn_sfdfa.common.simulators import Simulator, SimulatorError, arguments, load_simulator, set_up


def test_event_is_always_there():
    assert load_simulator("event").__name__ == "pynn_sfdfa.event"


def test_options_that_a_simulator_does_not_take():
    with pytest.raises(SimulatorError, match="'event' takes no --timestep: leave it out, or choose --simulator brian2"):
        set_up("event", {"timestep": 1.0})


def test_arguments_are_those_given_and_defaults():
    assert arguments("event", {}) == {}
    assert arguments("brian2", {}) == {"timestep": 0.1, "standalone": False}
    assert arguments("brian2", {"timestep": 1.0, "target": "numpy"}) == {
        "timestep": 1.0,
        "target": "numpy",
        "standalone": False,
    }


def test_unknown_names_list_the_choices():
    with pytest.raises(SimulatorError, match="no simulator 'nest'; choose one of event, brian2, spiNNaker"):
        load_simulator("nest")


def test_a_missing_package_names_the_extra(monkeypatch):
    absent = Simulator("event", requires="a_package_that_nobody_has", extra="spinnaker")
    monkeypatch.setattr(simulators, "SIMULATORS", (absent,))
    with pytest.raises(SimulatorError, match=r"'event': not installed; run: pip install 'pynn-sfdfa\[spinnaker\]'"):
        load_simulator("event")


def test_a_back_end_that_is_not_written_yet_is_not_blamed_on_the_installation(monkeypatch):
    monkeypatch.setattr(simulators, "SIMULATORS", (Simulator("event"), Simulator("abacus", "pytest", "abacus")))
    with pytest.raises(SimulatorError, match=r"has no back end for it yet\. Ready to use: event\."):
        load_simulator("abacus")


@pytest.mark.parametrize("simulator", simulators.SIMULATORS, ids=lambda simulator: simulator.name)
def test_obstacles_agree_with_what_can_be_imported(simulator):
    if simulator.obstacle() is None:
        assert load_simulator(simulator.name).__name__ == f"pynn_sfdfa.{simulator.name}"
    else:
        with pytest.raises(SimulatorError, match="Ready to use: "):
            load_simulator(simulator.name)
        missing = [f"pynn_sfdfa.{simulator.name}", *([simulator.requires] if simulator.requires else [])]
        assert any(importlib.util.find_spec(module) is None for module in missing)
