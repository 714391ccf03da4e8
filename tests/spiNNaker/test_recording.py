"""What is read back of runs, clears and resets, on the emulated board in one set-up; and what is refused."""

import numpy as np
import pytest
from pyNN import errors

CELL = {"tau_m": 20.0, "tau_syn": 10.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -69.5, "trial_duration": 1000.0}


def spikes(group, segment=-1):
    return [train.magnitude.tolist() for train in group.get_data("spikes").segments[segment].spiketrains]


def sampled(group):
    """Return shape and times of the potentials of the last segment."""
    signals = [s for s in group.get_data("v").segments[-1].analogsignals if s.name == "v"]
    return [(s.shape[1], s.times.rescale("ms").magnitude.round(6).tolist()) for s in signals]


@pytest.mark.slow
def test_intervals_views_clears_and_resets(emulated, tmp_path):
    sim = emulated
    sim.setup(timestep=1.0, board="emulated")
    stimulus = sim.Population(3, sim.SpikeSourceArray(spike_times=[[1.0, 12.0], [4.0], [23.0]]), label="stimulus")
    cells = sim.Population(3, sim.LIF_SFDFA(**CELL), label="cells")
    sim.Projection(stimulus, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=12.0, delay=1.0))
    stock = sim.Population(3, sim.IF_curr_exp(), label="stock")
    sim.Projection(stimulus, stock, sim.AllToAllConnector(), sim.StaticSynapse(weight=5.0, delay=1.0))
    cells.record("v", sampling_interval=3.0)
    cells.record("i_syn")
    cells[0:2].record("spikes")
    stimulus.record("spikes", to_file=str(tmp_path / "stimulus.pkl"))
    stock[1:3].record(["v", "spikes"])
    stock.record("packets-per-timestep")
    sim.run(10.0)
    first = spikes(cells)
    assert len(first) == 2 and all(first) and sampled(cells) == [(3, [0.0, 3.0, 6.0, 9.0])]
    assert sampled(cells[1:2]) == [(1, [0.0, 3.0, 6.0, 9.0])]
    assert [signal.shape for signal in cells.get_data().segments[0].analogsignals] == [(4, 3)] * 2
    assert sampled(stock) == [(2, [float(t) for t in range(10)])] and len(spikes(stock)) == 2
    names = {signal.name for signal in stock.get_data().segments[0].analogsignals}
    assert names == {"v", "packets-per-timestep"}
    assert set(cells.get_spike_counts()) == {int(cells[0]), int(cells[1])}
    cells.get_data(clear=True)
    assert sampled(cells) == [] and spikes(cells) == [[], []]

    cells[0:1].record("spikes")  # is recorded already
    for record in (lambda: cells.record("spikes"), lambda: stock.record("gsyn_exc")):
        with pytest.raises(RuntimeError, match="recording .* cannot begin within a simulation .* reset"):
            record()
    sim.run(10.0)
    assert sampled(cells) == [(3, [12.0, 15.0, 18.0])]
    assert spikes(cells)[0] and all(10 <= time < 20 for train in spikes(cells) for time in train)
    sim.reset(annotations={"seen": 1})
    block = cells.get_data()
    assert len(block.segments) == 1 and block.segments[0].annotations == {"seen": 1}
    sim.run(10.0)
    assert len(cells.get_data().segments) == 2 and spikes(cells) == first and len(spikes(cells, 0)[0]) >= 1
    cells.get_data(clear=True)
    sim.reset()
    cells.record("spikes")
    sim.run(10.0)
    assert len(cells.get_data().segments) == 1 and spikes(cells)[:2] == first and len(spikes(cells)) == 3

    late = sim.Population(2, sim.LIF_SFDFA(**CELL), label="late")
    with pytest.raises(RuntimeError, match="network was changed after run.. had begun .*call reset.. before this run"):
        sim.run(10.0)
    assert sim.get_current_time() == 10.0
    sim.reset()
    late.record("spikes")
    sim.run(10.0)
    assert spikes(late) == [[], []]
    sim.end()
    assert (tmp_path / "stimulus.pkl").stat().st_size > 0


def test_what_cannot_be_recorded(mapped):
    mapped.setup(timestep=1.0)
    for cell in (mapped.LIF_SFDFA(**CELL), mapped.IF_curr_exp(), mapped.SpikeSourceArray()):
        population = mapped.Population(2, cell)
        with pytest.raises(errors.RecordingError, match=f"Cannot record w from cell type {type(cell).__name__}"):
            population.record(["spikes", "w"])
    for interval in (0.0, -1.0, 0.5, np.nan, True):
        with pytest.raises(ValueError, match=f"sampling_interval = {interval:g}|sampling_interval = True"):
            population.record("spikes", sampling_interval=interval)


def test_all_is_everything_that_there_is(mapped):
    mapped.setup(timestep=1.0)
    cells = mapped.Population(2, mapped.LIF_SFDFA(**CELL))
    cells.record("all")
    assert {variable.name for variable in cells.recorder.recorded} == {"spikes", "v", "i_syn"}
    assert set(cells._vertex.get_recording_variables()) == {"spikes", "v", "i_syn"}
    cells.record(None)
    assert not cells.recorder.recorded and cells._vertex.get_recording_variables() == []
