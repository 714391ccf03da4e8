"""Wide layers are run in blocks and have lists of their spikes: which changes nothing but the time it takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_nets import network, random_trains

import pynn_sfdfa.event as sim
from pynn_sfdfa import BP, HM2BP, SFDFA, Adam, Dense, IF_curr_exp, Input, Network, SpikeCount
from pynn_sfdfa.event.batch import blocks, wide_layers

N_IN = 20


def narrow(monkeypatch):
    """Let a layer of 128 neurons count as wide, and every layer of several blocks have lists."""
    monkeypatch.setattr(wide_layers, "_AT_ONCE", 64)
    monkeypatch.setattr(blocks, "_LISTED_FROM", 2)


def learned(net, rule, trains, threads):
    engine = sim.training_engine(net, rule, Adam(learning_rate=0.01), SpikeCount(12.0, 4.0), 5, 3, threads=threads)
    told = list(engine.train(trains, np.arange(len(trains)), 0))
    return engine.state(), [(each.loss, *(int(n.sum()) for n in each.spikes)) for each in told], engine.respond(trains)


@pytest.mark.parametrize("rule", [SFDFA(), BP()], ids=lambda rule: rule.name)
@pytest.mark.parametrize("grid", [None, 25.0])
@pytest.mark.parametrize("sizes", [[N_IN, 150, 3], [N_IN, 470, 201, 3]])
def test_a_network_in_blocks_learns_to_the_bit_what_it_learns_as_a_whole(monkeypatch, rule, grid, sizes):
    check(monkeypatch, network(sizes, weights=(-0.2, 0.4), seed=2, max_spikes=6), rule, grid)


@pytest.mark.parametrize("inhibition", [0.0, 0.02])
@pytest.mark.parametrize("grid", [None, 25.0])
def test_so_does_one_of_stock_cells_that_learns_by_potentials(monkeypatch, inhibition, grid):
    cell = IF_curr_exp(tau_m=20.0, tau_syn=5.0, v_thresh=-64.0, tau_refrac=0.0, trial_duration=200.0)
    layers = [Dense(470, cell=cell, inhibition=inhibition), Dense(3, cell=cell)]
    net = Network([Input((N_IN,)), *layers], weights=(-0.3, 0.6), delay=1.0, seed=3, max_spikes=6)
    check(monkeypatch, net, HM2BP(), grid)


def check(monkeypatch, net, rule, grid):
    trains = random_trains(np.random.default_rng(1), 12, N_IN, n_classes=3, grid=grid)
    state, told, responses = learned(net, rule, trains, 1)
    assert min(told[0][1:]) > 0
    narrow(monkeypatch)
    for threads in (1, 2):
        in_blocks, told_in_blocks, own = learned(net, rule, trains, threads)
        assert told_in_blocks == told
        np.testing.assert_array_equal(own.counts, responses.counts)
        for name, values in state.items():
            np.testing.assert_array_equal(in_blocks[name], values, err_msg=name)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.integers(1, 20000))
def test_blocks_cover_a_row_and_do_not_share_words(width):
    width = -(-width // 16) * 16
    lanes = wide_layers.lanes_at_once(width)
    assert lanes == width or (lanes % 64 == 0 and lanes >= 1280)
    assert -(-width // lanes) == max(1, width // 1280)
