"""The text of an exported PyNN script, which people read to learn PyNN: what stands here runs without this package."""

from string import Template

__all__ = ["ANSWERS", "SCRIPT"]

ANSWERS = {
    "most-spikes": '''\
def answer(spikes, n_samples):
    """Return the output neuron that has spiked most often in each sample, the first of several."""
    return count(spikes, n_samples).argmax(axis=1)''',
    "first-spike": '''\
def answer(spikes, n_samples):
    """Return the output neuron that has spiked first in each sample, the first of several, or 0 if all were silent."""
    first = np.full((n_samples, len(spikes)), np.inf)
    for neuron, (sample, time) in enumerate(spikes):
        np.minimum.at(first[:, neuron], sample, time)
    return first.argmin(axis=1)''',
}
"""How samples are answered, by the name of the readout."""

SCRIPT = Template('''\
"""$title, as plain PyNN.

    python $script nest
    python $script brian2 --timestep 0.1 --samples 20

The first argument names a simulator: nest, brian2, neuron, spiNNaker, or a module with PyNN's functions. The script
needs PyNN, NumPy and that simulator. Weights and samples are in $archive, beside it.

$about"""

import argparse
import importlib
import sys
from pathlib import Path

import numpy as np

INPUTS = $inputs
TRIAL = $trial  # ms that a sample lasts
DELAY = $delay  # ms that a spike takes from a layer to the next
PAUSE = $pause  # ms of silence before each sample, to return to rest: ten times tau_m, and tau_refrac

# The last layer is the output. Parameters have PyNN's names and units: ms, mV, nF, nA. Neurons begin at "v", where they
# rest; "later" says by how many ms a layer answers later than in the network that was trained.
LAYERS = [
$layers
]


def main():
    options = parse()
    data = np.load(Path(__file__).with_name("$archive"))
    sim = simulator(options.simulator)
    if options.simulator.endswith("brian2"):
        import brian2

        brian2.defaultclock.dt = options.timestep * brian2.ms  # PyNN sets the step of the neurons, not of the inputs
        for layer in LAYERS:
            layer["cell"]["tau_refrac"] += options.timestep  # Brian2 counts it from where the step of a spike begins
    kind, extra = sim.__name__.rpartition(".")[2], {}
    if kind == "nest":  # it computes spikes between steps, unless tau_refrac is shorter than a step
        shortest = min(layer["cell"]["tau_refrac"] for layer in LAYERS)
        extra["spike_precision"] = "off_grid" if shortest >= options.timestep else "on_grid"
    if kind == "spiNNaker":
        extra["time_scale_factor"] = 10  # slower than real time: cores that cannot keep up with spikes drop them
    sim.setup(timestep=options.timestep, min_delay=DELAY, **extra)

    # A simulation shows all samples, one after the other: sample k from k * period + pause on.
    period = options.pause + TRIAL
    trains = spike_trains(data, options.samples, period, options)
    below = sim.Population(INPUTS, sim.SpikeSourceArray(spike_times=trains), label="input")
    layers = []
    for number, layer in enumerate(LAYERS):
        cells = sim.Population(layer["size"], sim.IF_curr_exp(**layer["cell"]), label=layer["label"])
        cells.initialize(v=layer["v"])
        connect(sim, below, cells, *synapses(data, number))
        if layer["inhibition"]:  # every neuron inhibits all others of its layer
            pre, post = np.nonzero(1 - np.eye(layer["size"]))
            connect(sim, cells, cells, pre, post, np.full(pre.size, -layer["inhibition"]))
        cells.record("spikes")
        layers.append(cells)
        below = cells
    duration = options.samples * period + LAYERS[-1]["later"]
    print(f"simulating {duration / 1000:g} s, {options.samples} samples of {period:g} ms", flush=True)
    sim.run(duration)

    spikes = [spikes_of(cells, layer["later"], options) for cells, layer in zip(layers, LAYERS)]
    report(data, options, [count(found, options.samples) for found in spikes], answer(spikes[-1], options.samples))
    sim.end()


def simulator(name):
    try:
        return importlib.import_module(name if "." in name else f"pyNN.{name}")
    except ImportError as error:  # misspelt, or not installed
        sys.exit(f"{name} cannot be used here ({error}): install it, or name another, as --help says.")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("simulator", help="nest, brian2, neuron, spiNNaker, or the name of a module")
    parser.add_argument("--timestep", type=float, default=$timestep, metavar="MS", help="default: %(default)s")
    parser.add_argument("--samples", type=int, default=$samples, metavar="N", help="default: all, %(default)s")
    parser.add_argument("--pause", type=float, default=PAUSE, metavar="MS", help="default: %(default)s")
    options = parser.parse_args()
    if not 1 <= options.samples <= $samples:
        parser.error(f"--samples {options.samples}: the file has $samples samples.")
    if not 0 < options.timestep <= DELAY or abs(DELAY / options.timestep - round(DELAY / options.timestep)) > 1e-9:
        parser.error(f"--timestep {options.timestep}: the delay of {DELAY} ms must be one step or several.")
    if not 0 <= options.pause < np.inf:
        parser.error(f"--pause {options.pause}: a pause cannot be shorter than 0 ms, nor without end.")
    return options


def spike_trains(data, n_samples, period, options):
    """Return the spike times of each input in ms, moved to the next step of the simulation."""
    end = data["offsets"][n_samples]
    sample = np.repeat(np.arange(n_samples), np.diff(data["offsets"][: n_samples + 1]))
    times = data["times"][:end].astype(float) + sample * period + options.pause
    step = np.ceil(times / options.timestep - 1e-3)  # times at a step, in single precision, stay there
    trains = [np.sort(step[data["units"][:end] == unit]) for unit in range(INPUTS)]
    if any((np.diff(train) == 0).any() for train in trains):
        sys.exit(f"An input spikes twice within a step of {options.timestep} ms: choose a smaller --timestep.")
    return [np.round(train * options.timestep, 6).tolist() for train in trains]


def synapses(data, number):
    """Return which neurons the synapses of a layer lead from and to, and their weights in nA, three arrays."""
    weights = data[f"weights_{number}"]
    pre, post = (data[f"pre_{number}"], data[f"post_{number}"]) if weights.ndim == 1 else np.nonzero(weights)
    return pre, post, weights if weights.ndim == 1 else weights[pre, post]


def connect(sim, pre, post, i, j, weights):
    """Connect cells i of one population with cells j of another, a projection for each sign, as PyNN demands."""
    for receptor_type, chosen in (("excitatory", weights > 0), ("inhibitory", weights < 0)):
        if not chosen.any():
            continue
        if sim.__name__ == "pyNN.brian2":  # it sets synapses one by one, which takes minutes: set them in bulk
            import brian2

            none = sim.FromListConnector([])
            projection = sim.Projection(pre, post, none, sim.StaticSynapse(), receptor_type=receptor_type)
            made = projection._brian2_synapses[0][0]
            made.connect(i=i[chosen], j=j[chosen])
            made.weight = weights[chosen] * brian2.nA
            made.delay = DELAY * brian2.ms
        else:
            pairs = np.column_stack([i, j, weights])[chosen]
            connector = sim.FromListConnector(pairs, column_names=["weight"])
            sim.Projection(pre, post, connector, sim.StaticSynapse(delay=DELAY), receptor_type=receptor_type)


def spikes_of(cells, later, options):
    """Return, for each neuron, the sample to which each of its spikes belongs, and the time within that sample."""
    found = []
    for train in cells.get_data("spikes").segments[0].spiketrains:
        times = np.asarray(train.rescale("ms").magnitude) - later + 1e-6  # times of a grid may be rounded down
        sample, time = np.divmod(times, options.pause + TRIAL)
        within = (time >= options.pause) & (sample < options.samples)
        found.append((sample[within].astype(int), time[within] - options.pause))
    return found


def count(spikes, n_samples):
    """Return how often each neuron has spiked in each sample, shape (samples, neurons)."""
    return np.array([np.bincount(sample, minlength=n_samples) for sample, _ in spikes]).T


$answer


def report(data, options, counts, answers):
    n = options.samples
    exact, labels = data["exact_answers"][:n], data["labels"][:n]
    spikes = ", ".join(
        f"{layer['label']} {found.sum() / n:.1f}" for layer, found in zip(LAYERS, counts)
    )
    right = f"{100 * np.mean(answers == labels):.2f} % of {n} samples"
    print(f"{options.simulator}, steps of {options.timestep} ms: {right}")
    print(f"spikes of a sample: {spikes}")
    print(
        f"in continuous time: {100 * np.mean(exact == labels):.2f} %; {np.sum(exact == answers)} of {n} answers and "
        f"{np.sum(data['exact_counts'][:n] == counts[-1])} of {counts[-1].size} output spike counts are the same"
    )


if __name__ == "__main__":
    main()
''')
