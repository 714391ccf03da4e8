"""A cell with a hard reset, described outside the package."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from network_toys import IF_curr_exp

import pynn_sfdfa.event as event
from pynn_sfdfa import Dense, Input, Network, SpikeTrains, Trainer
from pynn_sfdfa.common.needs import Need

TRAINS = SpikeTrains.from_samples([([3.0, 9.0, 9.0, 40.0], [0, 1, 2, 0]), ([5.0], [2])], [0, 1], 3)


def network():
    return Network(
        [Input((3,)), Dense(5, cell=IF_curr_exp()), Dense(2, cell=IF_curr_exp())], weights=(0.5, 2.0), delay=1.0
    )


def test_it_says_what_it_needs_by_its_reset_and_its_refractory_period():
    assert IF_curr_exp().needs == {Need.HARD_RESET, Need.REFRACTORY}
    assert IF_curr_exp(tau_refrac=0.0).needs == {Need.HARD_RESET}


@pytest.mark.parametrize("name", ["event", "brian2"])
def test_it_runs_where_pynn_has_it(name):
    pytest.importorskip("brian2", reason="run: pip install 'pynn-sfdfa[brian2]'")
    sim = importlib.import_module(f"pynn_sfdfa.{name}")
    sim.setup(timestep=0.5, **({"target": "numpy"} if name == "brian2" else {}))
    net = network()
    wiring = net.wire(sim, TRAINS)
    for population in wiring.populations:
        population.record(["spikes", "v"])
    sim.run(2 * net.trial_duration)
    v = wiring.populations[0].get_data().segments[0].filter(name="v")[0]
    assert v.magnitude[0].tolist() == [-66.0] * 5  # it starts at rest, not at PyNN's -65 mV
    spikes = [np.asarray(train.magnitude) for train in wiring.populations[0].get_data().segments[0].spiketrains]
    assert sum(train.size for train in spikes) > 5
    assert min(np.diff(train).min(initial=np.inf) for train in spikes) >= 2.0  # the refractory period
    sim.end()


def test_simulators_without_a_cell_name_those_that_have_it():
    with pytest.raises(
        AttributeError, match="pynn_sfdfa.event has no IF_cond_exp.*IF_cond_exp is in pynn_sfdfa.brian2"
    ):
        event.IF_cond_exp()


def test_engines_refuse_it_by_what_it_needs():
    with pytest.raises(
        ValueError,
        match=r"Layer 'hidden 1' \(Dense of IF_curr_exp, \(3,\) to \(5,\)\) cannot be trained or evaluated on event: "
        "it needs a refractory period. No simulator has that: choose another layer",
    ):
        Trainer(network())
