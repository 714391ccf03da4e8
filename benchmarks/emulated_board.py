"""One PyNN script on the emulated SpiNNaker board and on Brian2: .venv/bin/python benchmarks/emulated_board.py.

Prints the table of docs/spinnaker.md and draws docs/emulated_board.png.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from pynn_sfdfa.hardware.board import emulated_board
from pynn_sfdfa.support import files

DOCS = Path(__file__).parents[1] / "docs"
TIME = 300.0
N_INPUTS, N = 20, 10
CELL = {"v_rest": -65.0, "v_reset": -70.0, "v_thresh": -55.0, "tau_refrac": 3.0}  # all else as PyNN has it


def script(sim: Any, timestep: float) -> tuple[list[np.ndarray], np.ndarray]:
    """Run the network on a simulator; return spike times and membrane potentials at whole milliseconds."""
    rng = np.random.default_rng(3)
    times = [sorted(rng.choice(np.arange(1.0, TIME - 10), size=12, replace=False)) for _ in range(N_INPUTS)]
    weights, delays = rng.integers(1, 16, size=(N_INPUTS, N)) / 64, rng.integers(1, 15, size=(N_INPUTS, N))
    sim.setup(timestep=timestep, min_delay=timestep)
    source = sim.Population(N_INPUTS, sim.SpikeSourceArray(spike_times=times))
    cells = sim.Population(N, sim.IF_curr_exp(**CELL), initial_values={"v": CELL["v_rest"]})
    rows = [(i, j, float(weights[i, j]), float(delays[i, j])) for i in range(N_INPUTS) for j in range(N)]
    sim.Projection(source, cells, sim.FromListConnector(rows), sim.StaticSynapse(), receptor_type="excitatory")
    cells.record(["spikes", "v"])
    sim.run(TIME)
    segment = cells.get_data().segments[0]
    spikes = [np.array(train.rescale("ms").magnitude) for train in segment.spiketrains]
    v = np.array(segment.filter(name="v")[0].magnitude)[:: round(1 / timestep)][: int(TIME)]
    sim.end()
    return spikes, v


def compare(reference: tuple[list[np.ndarray], np.ndarray], other: tuple[list[np.ndarray], np.ndarray]) -> list[str]:
    """Return the cells of a row: spikes, those within 1 ms of one of the reference, mean difference of v."""
    pairs = list(zip(reference[0], other[0], strict=True))
    near = sum(int((np.abs(a[:, None] - b).min(axis=0) <= 1.0).sum()) for a, b in pairs if len(a) and len(b))
    total = sum(len(b) for _, b in pairs)
    return [str(total), f"{near} of {total}", f"{np.median(np.abs(reference[1] - other[1])):.4f}"]


def draw(results: dict[str, tuple[list[np.ndarray], np.ndarray]], path: Path) -> None:
    """Draw the first neuron's membrane potential and all spikes, one colour a simulator."""
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 5), height_ratios=(2, 1))
    styles = ({"color": "black", "linewidth": 2.5, "alpha": 0.35}, {"color": "tab:red", "linewidth": 1})
    for (name, (spikes, v)), style, shift in zip(results.items(), styles, (0.2, -0.2), strict=True):
        above.plot(np.arange(len(v)), v[:, 0], label=name, **style)
        below.eventplot(
            spikes, lineoffsets=np.arange(N) + shift, linelengths=0.35, colors=style["color"], linewidths=1.2
        )
    above.set_ylabel("v of neuron 0 (mV)")
    above.legend(loc="lower right", frameon=False)
    below.set(xlabel="time (ms)", ylabel="neuron", xlim=(0, TIME))
    figure.tight_layout()
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    files.write_bytes(path, picture.getvalue())


def main() -> None:
    """Print the table and draw the picture."""
    with emulated_board(), contextlib.redirect_stderr(io.StringIO()):
        import pyNN.spiNNaker

        board = script(pyNN.spiNNaker, 1.0)
    import brian2
    import pyNN.brian2

    brian2.prefs.codegen.target = "numpy"  # too short a simulation to compile anything for
    coarse, fine = script(pyNN.brian2, 1.0), script(pyNN.brian2, 0.1)
    print("| simulator | time step | spikes | within 1 ms of the board's | median difference of v |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, timestep, found in (
        ("IF_curr_exp.aplx on the emulated board", 1.0, board),
        ("pyNN.brian2", 1.0, coarse),
        ("pyNN.brian2", 0.1, fine),
    ):
        count, near, difference = compare(board, found)
        print(f"| {name} | {timestep} ms | {count} | {near} | {difference} mV |")
    draw({"Brian2, 0.1 ms": fine, "genuine binary, emulated, 1 ms": board}, DOCS / "emulated_board.png")


if __name__ == "__main__":
    main()
