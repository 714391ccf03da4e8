"""The text of an exported program for py-spinnaker2: what stands here runs without this package."""

from string import Template

__all__ = ["SCRIPT"]

SCRIPT = Template('''\
"""$title, for SpiNNaker2.

    python $script --board 192.168.1.48 --samples 20

NOT RUN with py-spinnaker2 or on a chip when it was written: neither was there. Parameters and calls follow published
examples of it. What the chip is expected to answer is in $archive, with weights and samples; the program says how
often it does.

Needs NumPy and py-spinnaker2 (https://gitlab.com/spinnaker2/py-spinnaker2). A step is $timestep ms.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

INPUTS = $inputs
MODEL = "$model"
DELAY = $delay  # steps, beyond the one that every spike takes
STEPS = $steps

# The last layer is the output. Thresholds count in weights; decays are those of a step.
LAYERS = [
$layers
]


def main():
    options = parse()
    hardware, snn = spinnaker2()
    data = np.load(Path(__file__).with_name("$archive"))
    chip = hardware.SpiNNaker2Chip(eth_ip=options.board)
    right = same = 0
    for sample in range(options.samples):
        counts = respond(snn, chip, data, sample)
        right += counts.argmax() == data["labels"][sample]
        same += (counts == data["expected"][sample]).all()
    print(f"{right} of {options.samples} samples are right, {same} answered with the spikes expected.")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--board", required=True, help="address of the board")
    parser.add_argument("--samples", type=int, default=1)
    return parser.parse_args()


def spinnaker2():
    try:
        from spinnaker2 import hardware, snn
    except ImportError as error:
        sys.exit(
            f"py-spinnaker2 cannot be used here ({error}): install it, which PyPI has not, as "
            "https://gitlab.com/spinnaker2/py-spinnaker2 says, and run this again."
        )
    return hardware, snn


def respond(snn, chip, data, sample):
    """Show a sample to a network at rest; return how often each output neuron spiked."""
    shown = slice(*data["offsets"][sample : sample + 2])
    spikes = {unit: [] for unit in range(INPUTS)}
    for step, unit in zip(data["steps"][shown].tolist(), data["units"][shown].tolist()):
        spikes[unit].append(step)
    populations = [snn.Population(INPUTS, "spike_list", params=spikes, name="input")]
    net = snn.Network("network")
    projections = []
    for number, (size, decays) in enumerate(LAYERS):
        params = {**decays, "reset": "reset_by_subtraction", "i_offset": 0.0, "v_init": 0.0, "t_refrac": 0}
        layer = snn.Population(size, MODEL, params=params, name=f"layer {number}", record=["spikes"])
        weights = data[f"weights_{number}"]
        rows = [[int(i), int(j), int(weights[i, j]), DELAY] for i, j in zip(*weights.nonzero())]
        projections.append(snn.Projection(populations[-1], layer, rows))
        populations.append(layer)
    net.add(*populations, *projections)
    chip.run(net, STEPS)
    found = populations[-1].get_spikes()
    return np.array([len(found.get(neuron, [])) for neuron in range(LAYERS[-1][0])])


if __name__ == "__main__":
    main()
''')
