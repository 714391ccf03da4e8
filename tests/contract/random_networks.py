"""Random networks for the parity of simulators: what is drawn, and how it is built on any of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pyNN.random import NumpyRNG, RandomDistribution

TRIAL, TRIALS = 40.0, 2
"""ms of a trial, and how many are simulated."""

TIME_CONSTANTS = [(20.0, 10.0), (30.0, 15.0), (40.0, 10.0), (50.0, 20.0)]
"""Of membrane and synapse, in ms; with and without the ratio of 2, for which there is a closed form."""

RATES = [0.05, 0.1]
"""Of stimuli, in spikes per ms."""

DRIVES = [0.3, 0.5]
"""Spikes per ms of neurons that all their sources excite; most have less. SpiNNaker has 30 in a trial, at most."""

STRONGEST = 10.0
"""nA: a mean weight; SpiNNaker's weights end at 16."""

RANDOM_CONNECTORS = (
    "DistanceDependentProbabilityConnector",
    "FixedNumberPostConnector",
    "FixedNumberPreConnector",
    "FixedProbabilityConnector",
)


@dataclass(frozen=True)
class Stimulus:
    """Spike sources; each spikes at most once a ms, at whole ms."""

    size: int
    rate: float
    seed: int

    @property
    def spike_times(self):
        spikes = np.random.default_rng(self.seed).random((self.size, int(TRIAL * TRIALS))) < self.rate
        return [np.flatnonzero(row).astype(float).tolist() for row in spikes]

    def build(self, sim):
        return sim.Population(self.size, sim.SpikeSourceArray(spike_times=self.spike_times))


@dataclass(frozen=True)
class Cells:
    """A population of LIF_SFDFA."""

    size: int
    tau_m: float
    tau_syn: float
    cm: float
    v_rest: float
    v_thresh: float

    @property
    def threshold(self):
        """Of B - A, in nA: c of the closed form."""
        return (self.v_thresh - self.v_rest) * self.cm * (self.tau_m - self.tau_syn) / (self.tau_m * self.tau_syn)

    def build(self, sim):
        parameters = {name: getattr(self, name) for name in ("tau_m", "tau_syn", "cm", "v_rest", "v_thresh")}
        return sim.Population(self.size, sim.LIF_SFDFA(**parameters, trial_duration=TRIAL))


@dataclass(frozen=True)
class Wire:
    """A projection from one population to another, which are counted through the network, or between views of them.

    ``set_as`` says in which form its weights are set once it is there, if they are.
    """

    pre: int
    post: int
    pre_neurons: slice | list | None
    post_neurons: slice | list | None
    connector: str
    arguments: dict
    plastic: bool
    delay: float
    weight: str
    limits: tuple[float, float]
    set_as: str | None
    seed: int

    def build(self, sim, populations):
        ends = [populations[self.pre], populations[self.post]]
        for end, neurons in enumerate((self.pre_neurons, self.post_neurons)):
            if neurons is not None:
                ends[end] = ends[end][neurons]
        rng = {"rng": NumpyRNG(self.seed)} if self.connector in RANDOM_CONNECTORS else {}
        synapse = sim.SFDFASynapse if self.plastic else sim.StaticSynapse
        weight = {
            "number": self.limits[1] / 3,
            "random": RandomDistribution("uniform", self.limits, rng=NumpyRNG(self.seed)),
            "matrix": self.matrix([end.size for end in ends], 0),
        }[self.weight]
        connector = getattr(sim, self.connector)(**self.arguments, **rng)
        return sim.Projection(*ends, connector, synapse(weight=weight, delay=self.delay))

    def matrix(self, shape, number):
        """Return weights for all pairs of neurons; there are several such matrices."""
        return np.random.default_rng([self.seed, number]).uniform(*self.limits, shape)

    def new_weights(self, shape, n_synapses):
        """Return what the weights are set to, in the form in which they are set; None if they are not."""
        matrix = self.matrix(shape, 1)
        return {"array": matrix, "list": matrix.ravel()[:n_synapses].tolist(), None: None}[self.set_as]


@dataclass(frozen=True)
class Network:
    """Stimuli, then layers of neurons, with wires from populations to later ones."""

    stimuli: list[Stimulus]
    layers: list[Cells]
    wires: list[Wire]

    def build(self, sim):
        """Return populations and projections."""
        populations = [part.build(sim) for part in (*self.stimuli, *self.layers)]
        return populations, [wire.build(sim, populations) for wire in self.wires]

    def neurons(self, wire):
        """Return the indices, within the populations, of the neurons that a wire has on either side."""
        parts = [*self.stimuli, *self.layers]
        return indices(parts[wire.pre], wire.pre_neurons), indices(parts[wire.post], wire.post_neurons)


def indices(part, chosen):
    """Return the indices of the neurons that are chosen of a part of a network."""
    return np.arange(part.size)[slice(None) if chosen is None else chosen]


sizes = st.integers(1, 20)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def selections(draw, size):
    """Draw a whole population (None), a slice of it or some of its neurons."""
    start = draw(st.integers(0, size - 1))
    some = st.sets(st.integers(0, size - 1), min_size=1).map(sorted)
    return draw(st.none() | st.builds(slice, st.just(start), st.integers(start + 1, size), st.integers(1, 2)) | some)


@st.composite
def connectors(draw, weights):
    """Draw the name of a connector and its arguments, for as many neurons as there are rows and columns of weights.

    None makes several synapses between two neurons, which SpiNNaker does not have.
    """
    n_pre, n_post = weights.shape
    pairs = st.sets(st.tuples(st.integers(0, n_pre - 1), st.integers(0, n_post - 1)), min_size=1, max_size=3 * n_post)
    arguments = {
        "AllToAllConnector": {},
        "ArrayConnector": {"array": weights > np.quantile(weights, 0.3)},
        "DistanceDependentProbabilityConnector": {"d_expression": draw(st.sampled_from(["d < 3.5", "exp(-d/5)"]))},
        "FixedNumberPostConnector": {"n": draw(st.integers(1, n_post))},
        "FixedNumberPreConnector": {"n": draw(st.integers(1, n_pre))},
        "FixedProbabilityConnector": {"p_connect": draw(st.sampled_from([0.3, 0.5, 0.8]))},
        "FromListConnector": {
            "conn_list": [(i, j, float(weights[i, j])) for i, j in sorted(draw(pairs))],
            "column_names": ["weight"],
        },
        "OneToOneConnector": {},
    }
    name = draw(st.sampled_from(sorted(arguments)))
    return name, arguments[name]


@st.composite
def wires(draw, pre, post, pre_neurons, parts, delay, drive):
    """Draw a wire between two of the parts of a network."""
    cells = parts[post]
    chosen = pre_neurons, draw(selections(cells.size))
    shape = [indices(*of).size for of in zip((parts[pre], cells), chosen, strict=True)]
    lift = (cells.tau_m - cells.tau_syn) / cells.tau_m  # the integral of B - A by that of B
    mean = min(cells.threshold * drive / (lift * getattr(parts[pre], "rate", RATES[-1]) * shape[0]), STRONGEST)
    limits, number = (-0.5 * mean, 1.5 * mean), draw(seeds)
    connector, arguments = draw(connectors(np.random.default_rng(number).uniform(*limits, shape)))
    # PyNN's FromListConnector takes no matrix.
    kinds = ["number", "random"] if connector == "FromListConnector" else ["number", "random", "matrix"]
    return Wire(
        pre=pre,
        post=post,
        pre_neurons=chosen[0],
        post_neurons=chosen[1],
        connector=connector,
        arguments=arguments,
        plastic=draw(st.integers(0, 7)) == 7,  # few: Brian2 takes long to prepare what learns
        delay=delay,
        weight=draw(st.sampled_from(kinds)),
        limits=limits,
        set_as=draw(st.sampled_from([None, "list", "array"])),
        seed=number,
    )


@st.composite
def bundles(draw, pre, post, parts, drive):
    """Draw the wires between two of the parts of a network: one, or two from different neurons.

    SpiNNaker has one delay for all synapses between two populations, and one synapse between two neurons.
    """
    delay, n_pre = float(draw(st.integers(1, 13))), parts[pre].size
    if n_pre > 1 and draw(st.integers(0, 3)) == 0:
        cut = draw(st.integers(1, n_pre - 1))
        chosen = [slice(0, cut), slice(cut, None)]
    else:
        chosen = [draw(selections(n_pre))]
    return [draw(wires(pre, post, neurons, parts, delay, drive / len(chosen))) for neurons in chosen]


@st.composite
def networks(draw):
    """Draw a network in which every layer has a wire that leads to it."""
    stimuli = draw(st.lists(st.builds(Stimulus, sizes, st.sampled_from(RATES), seeds), min_size=1, max_size=2))
    layers, connected = [], []
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        constants = draw(st.sampled_from(TIME_CONSTANTS))
        potentials = draw(st.sampled_from([(-70.0, -60.0), (-65.0, -60.0), (0.0, 15.0)]))
        layers.append(Cells(draw(sizes), *constants, draw(st.sampled_from([1.0, 2.0])), *potentials))
        parts = [*stimuli, *layers]
        sources = sorted(draw(st.sets(st.integers(0, len(parts) - 2), min_size=1)))
        drive = draw(st.sampled_from(DRIVES)) / len(sources)
        for pre in sources:
            connected += draw(bundles(pre, len(parts) - 1, parts, drive))
    return Network(stimuli, layers, connected)


def drawn(number):
    """Return networks, the same every time, each from a seed of its own.

    Those of one run of hypothesis begin with the simplest, and resemble each other.
    """
    found = []

    @given(networks())
    @settings(max_examples=2, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    def take(network):
        found[-1] = network

    for i in range(number):
        found.append(None)
        seed(i)(take)()
    return found
