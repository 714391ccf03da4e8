"""More of sPyNNaker's stock binaries on the emulated board: current sources, alpha synapses, Izhikevich's cell.

What they are compared with is written here in double precision; only Izhikevich's cell needs the format of the
machine's numbers (s16.15), as the term 0.04 v^2 is steep and 0.04 is no multiple of 2**-15.
"""

from __future__ import annotations

import exact
import numpy as np
import pytest

from pynn_sfdfa.hardware.board import emulated_board

pytest.importorskip("spynnaker")
pytest.importorskip("unicorn")
pytestmark = pytest.mark.slow

TIME = 200
LEAKY = {
    "tau_m": 20.0,
    "cm": 1.0,
    "v_rest": -65.0,
    "v_reset": -70.0,
    "v_thresh": 0.0,
    "tau_refrac": 2.0,
    "i_offset": 0.0,
}
TICKS = np.arange(TIME)
ARRIVALS, WEIGHT, TAU = (11, 31, 35), 2.0, 5.0
TONIC, WEAK = 10.0, 4.0
ONE = 2**15


def leaky(current):
    """Membrane potential at the beginning of each tick, from rest, with a current (nA) that is held for each tick."""
    v, leak, found = LEAKY["v_rest"], exact.decay(LEAKY["tau_m"], 1.0), []
    for held in current:
        found.append(v)
        final = LEAKY["v_rest"] + held * LEAKY["tau_m"] / LEAKY["cm"]
        v = final + (v - final) * leak
    return np.array(found)


def times(x, y):
    """Product of two numbers of format s16.15, rounded down to it."""
    return np.floor(x * y * ONE) / ONE


def izhikevich(offset):
    """Izhikevich's equations by the midpoint rule; the step after a spike is 1.85 times as long."""
    a, b, k, c, d, stretched = (round(x * ONE) / ONE for x in (0.02, 0.2, 0.04, -65.0, 8.0, 1.85))
    onset, remaining = (round(x * ONE) / ONE for x in (exact.held(TAU, 1.0), exact.decay(TAU, 1.0)))
    v, u, h, synaptic, trace, spikes = -65.0, -13.0, 1.0, 0.0, [], []
    for tick in range(TIME):
        trace.append(v)
        synaptic += times(WEIGHT, onset) if tick in ARRIVALS else 0.0
        rest = 140 + synaptic + offset - u
        v_middle = v + times(h, rest + times(5 + times(k, v), v)) / 2
        u_change = times(times(h, times(b, v) - u), a) / 2
        v += times(h, rest - u_change + times(5 + times(k, v_middle), v_middle))
        u += times(times(a, h), times(b, v_middle) - u - u_change)
        h = 1.0
        if v >= 30:
            v, u, h = c, u + d, stretched
            spikes.append(float(tick))
        synaptic = times(synaptic, remaining)
    return np.array(trace), spikes


def alpha():
    """Sum of currents whose area, not whose peak, is the weight: w t / tau^2 exp(-t / tau) nA, with t and tau in ms."""
    since = np.maximum(TICKS[:, None] - np.array(ARRIVALS), 0)
    return (WEIGHT * since / TAU**2 * np.exp(-since / TAU)).sum(axis=1)


@pytest.fixture(scope="module")
def recorded():
    """What all populations recorded in one run."""
    with emulated_board():
        import pyNN.spiNNaker as sim

        sim.setup(timestep=1.0)
        inputs = sim.Population(1, sim.SpikeSourceArray(spike_times=[[tick - 1.0 for tick in ARRIVALS]]))
        synapse = sim.StaticSynapse(weight=WEIGHT, delay=1.0)
        taus = {"tau_syn_E": TAU, "tau_syn_I": TAU}
        cells = {
            name: sim.Population(1, sim.IF_curr_exp(**LEAKY, **taus), label=name)
            for name in ("dc", "ac", "step", "noisy")
        }
        cells["alpha"] = sim.Population(1, sim.IF_curr_alpha(**LEAKY, **taus))
        constants = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}
        cells["izhikevich"] = sim.Population(2, sim.Izhikevich(**constants, **taus, i_offset=[TONIC, WEAK]))
        cells["izhikevich"].initialize(v=-65.0, u=-13.0)
        for name in ("alpha", "izhikevich"):
            sim.Projection(inputs, cells[name], sim.AllToAllConnector(), synapse)
        cells["dc"].inject(sim.DCSource(amplitude=0.5, start=10.0, stop=40.0))
        cells["ac"].inject(sim.ACSource(amplitude=0.5, offset=0.2, frequency=20.0, phase=30.0, start=10.0, stop=80.0))
        cells["step"].inject(sim.StepCurrentSource(times=[5.0, 20.0, 50.0], amplitudes=[0.3, -0.2, 0.6]))
        cells["noisy"].inject(sim.NoisyCurrentSource(mean=0.4, stdev=0.2, start=0.0, stop=TIME, dt=1.0))
        for population in cells.values():
            population.record(["v", "spikes"])
        sim.run(TIME)
        found = {}
        for name, population in cells.items():
            segment = population.get_data().segments[0]
            found[name] = segment.analogsignals[0].magnitude, [list(train.magnitude) for train in segment.spiketrains]
        sim.end()
    return found


@pytest.mark.parametrize(
    ("source", "current"),
    [
        ("dc", np.where((TICKS >= 10) & (TICKS < 40), 0.5, 0.0)),
        (
            "ac",
            np.where(
                (TICKS >= 10) & (TICKS < 80), 0.2 + 0.5 * np.sin(2 * np.pi * 0.02 * (TICKS - 10) + np.pi / 6), 0.0
            ),
        ),
        ("step", np.select([TICKS < 5, TICKS < 20, TICKS < 50], [0.0, 0.3, -0.2], 0.6)),
    ],
)
def test_current_sources(recorded, source, current):
    v, _ = recorded[source]
    assert np.abs(v[:, 0] - leaky(current)).max() < 0.005


def test_a_noisy_current_has_its_mean_and_deviation(recorded):
    """The current is computed back from v: independent at each tick, normally distributed."""
    v, leak = recorded["noisy"][0][:, 0], exact.decay(LEAKY["tau_m"], 1.0)
    current = ((v[1:] - leak * v[:-1]) / (1 - leak) - LEAKY["v_rest"]) / LEAKY["tau_m"]
    n = current.size
    assert abs(current.mean() - 0.4) < 3 * 0.2 / np.sqrt(n)
    assert abs(current.std() - 0.2) < 3 * 0.2 / np.sqrt(2 * n)
    assert abs(np.corrcoef(current[1:], current[:-1])[0, 1]) < 3 / np.sqrt(n)


def test_alpha_synapses(recorded):
    """Inputs that overlap are not exactly added on the machine: two numbers stand for all of them."""
    v, _ = recorded["alpha"]
    difference = np.abs(v[:, 0] - leaky(alpha()))
    assert difference[: ARRIVALS[1] + 1].max() < 0.005
    assert 0.05 < difference.max() < 0.15


@pytest.mark.parametrize(("cell", "offset"), [(0, TONIC), (1, WEAK)])
def test_izhikevichs_cell(recorded, cell, offset):
    """Spikes are exact; on the way up to one, where v leaves by tens of mV in a tick, so does any difference."""
    v, spikes = recorded["izhikevich"]
    expected, fires = izhikevich(offset)
    assert spikes[cell] == fires
    assert len(fires) > 0
    calm = expected < -50
    assert np.abs(v[:, cell] - expected)[calm].max() < 0.15
