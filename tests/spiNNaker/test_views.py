"""Views, assemblies and several projections between two populations: all share the rows that the cores hold."""

import numpy as np
import pytest
from pyNN import errors

CELL = {"tau_m": 52.0, "tau_syn": 26.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -69.0, "trial_duration": 40.0}
RNG = np.random.default_rng(5)
WEIGHTS = np.where(RNG.random((12, 6)) < 0.7, RNG.uniform(0.1, 1.0, (12, 6)), np.nan)
TIMES = RNG.integers(0, 20, (12, 1)).astype(float)
WHOLE = [(slice(0, 12), slice(0, 6))]
QUARTERS = [(i, j) for i in (slice(0, 5), slice(5, 12)) for j in (slice(0, 2), slice(2, 6))]


@pytest.fixture
def pair(mapped):
    mapped.setup(timestep=1.0)
    stimulus = mapped.Population(4, mapped.SpikeSourceArray(spike_times=[1.0]), label="stimulus")
    return stimulus, mapped.Population(3, mapped.LIF_SFDFA(**CELL), label="cells")


def connect(sim, pre, post, synapse=None, connector=None):
    return sim.Projection(
        pre, post, connector or sim.AllToAllConnector(), synapse or sim.SFDFASynapse(weight=0.5, delay=1.0)
    )


def learned(sim, blocks):
    """Return the weights that are learned in a trial, and the spikes, with one projection for each block."""
    sim.setup(timestep=1.0, seed=3, board="emulated")
    stimulus = sim.Population(12, sim.SpikeSourceArray(spike_times=TIMES))
    output = sim.Population(6, sim.LIF_SFDFA(targets=[2.0], **CELL), neurons_per_core=4)
    output.record("spikes")
    projections = []
    for i, j in blocks:
        synapse = sim.SFDFASynapse(weight=WEIGHTS[i, j], delay=1.0, learning_rate=1e-3)
        connector = sim.ArrayConnector(~np.isnan(WEIGHTS[i, j]))
        projections.append(connect(sim, stimulus[i], output[j], synapse, connector))
    sim.run(40.0)
    weights = np.full((12, 6), np.nan)
    for (i, j), projection in zip(blocks, projections, strict=True):
        weights[i, j] = projection.get("weight", format="array")
    return weights, [train.magnitude.tolist() for train in output.get_data().segments[0].spiketrains]


@pytest.mark.slow
def test_projections_of_views_learn_as_one_of_the_whole_populations(emulated):
    weights, spikes = learned(emulated, WHOLE)
    assert (np.isnan(weights) == np.isnan(WEIGHTS)).all() and np.nanmax(abs(weights - WEIGHTS)) > 0.1
    by_parts, spikes_by_parts = learned(emulated, QUARTERS)
    np.testing.assert_array_equal(by_parts, weights)
    assert spikes_by_parts == spikes and any(spikes)


def test_synapses_of_a_view_are_those_of_the_whole_population_with_others_absent(mapped, pair):
    stimulus, cells = pair
    projection = connect(mapped, stimulus[1:3], cells[np.array([0, 2])], mapped.StaticSynapse(weight=[[1, 2], [3, 4]]))
    (incoming,) = cells._vertex.forward.incoming
    assert projection.shape == (2, 2) and incoming.present.shape == (4, 3)
    assert (incoming.words / 2.0**27).tolist() == [[0, 0, 0], [1, 0, 2], [3, 0, 4], [0, 0, 0]]
    assert incoming.present.tolist() == [[False] * 3, [True, False, True], [True, False, True], [False] * 3]
    rest = connect(mapped, stimulus[0:1], cells, mapped.StaticSynapse(weight=5.0))
    assert cells._vertex.forward.incoming == [incoming] and incoming.projections == [projection, rest]
    assert (incoming.words[0] / 2.0**27).tolist() == [5, 5, 5] and incoming.present[:3].sum() == 7
    projection.set(weight=[6.0, 7.0, 8.0, 9.0])
    assert projection.get("weight", format="array").tolist() == [[6, 7], [8, 9]]
    assert rest.get("weight", format="list", with_address=False) == [5, 5, 5]


def test_projections_that_cannot_share_rows_are_refused(mapped, pair):
    stimulus, cells = pair
    first = connect(mapped, stimulus[0:2], cells)
    for synapse, view, message in (
        (
            mapped.SFDFASynapse(delay=1.0),
            stimulus[1:3],
            "already, by .*and 3 pairs of neurons would be connected again",
        ),
        (mapped.SFDFASynapse(delay=2.0), stimulus[2:3], "already, by .*delay of 1 ms, by .*with 2 ms; .* one delay"),
        (mapped.SFDFASynapse(delay=1.0, learning_rate=1e-4), stimulus[2:3], "rates of 0 and 0.0001.*between two popul"),
    ):
        with pytest.raises(errors.ConnectionError, match=message):
            connect(mapped, view, cells, synapse)
    second = connect(mapped, stimulus[2:4], cells)
    with pytest.raises(errors.ConnectionError, match="delay of .* cannot be set on SpiNNaker, because .* one delay"):
        first.set(delay=3.0)
    assert first.get("delay", format="list", with_address=False) == [1.0] * 6
    cells.set(rho=0.1)
    first.set(learning_rate=1e-4)
    with pytest.raises(
        errors.ConnectionError, match="learning rates of 0.0001 and 0; .* between two populations share"
    ):
        mapped.run(10.0)
    second.set(learning_rate=1e-4)
    mapped.run(10.0)


def test_what_is_refused_leaves_nothing_behind(mapped, pair):
    stimulus, cells = pair
    other = mapped.Population(2, mapped.SpikeSourceArray(spike_times=[1.0]), label="other")
    connect(mapped, other, cells)
    with pytest.raises(errors.ConnectionError, match="'other' is connected to 'cells' already"):
        connect(mapped, stimulus + other, cells)
    assert [incoming.source.label for incoming in cells._vertex.forward.incoming] == ["other"]
    projection = connect(mapped, mapped.Assembly(stimulus, cells), cells, mapped.StaticSynapse(weight=1.0, delay=1.0))
    assert len(projection) == 21
    ticks = {incoming.source.label: incoming.delay_ticks for incoming in cells._vertex.forward.incoming}
    assert ticks == {"other": 1, "stimulus": 1, "cells": 2}  # a neuron's spike leaves at the end of its tick


def test_feedback_may_leave_out_neurons_unless_it_learns(mapped):
    mapped.setup(timestep=1.0)
    hidden, output = (mapped.Population(n, mapped.LIF_SFDFA(**CELL), label=f"of {n}") for n in (3, 2))
    output.set(targets=[1.0] * 5)
    feedback = mapped.Projection(output[0:1], hidden, mapped.AllToAllConnector(), mapped.SFDFAFeedback(weight=0.5))
    assert (hidden._vertex.feedback.incoming[0].words / 2.0**24).tolist() == [[0.5] * 3, [0.0] * 3]
    feedback.set(learning_rate=0.1)
    with pytest.raises(errors.ConnectionError, match="from 'of 2' to 'of 3' leaves out 3 pairs .* learning_rate = 0"):
        mapped.run(40.0)
    feedback.set(learning_rate=0.0)
    mapped.run(40.0)
