"""A network leaves every simulator through PyNN's own export."""

import numpy as np
import pytest

CELL = {"tau_syn": 10.0, "cm": 10.0, "v_rest": -70.0, "v_thresh": -69.0, "trial_duration": 1000.0}


@pytest.mark.filterwarnings("ignore:spike times should be added")
def test_sonata(sim, tmp_path):
    h5py = pytest.importorskip("h5py")
    from pyNN.serialization import export_to_sonata

    stimulus = sim.Population(2, sim.SpikeSourceArray(spike_times=[1.0, 2.0]), label="stimulus")
    cells = sim.Population(3, sim.LIF_SFDFA(tau_m=20.0, targets=[1.0], **CELL), label="cells")
    synapse = sim.SFDFASynapse(weight=0.5, delay=1.0)
    projection = sim.Projection(stimulus, cells, sim.AllToAllConnector(), synapse, label="forward")
    export_to_sonata(sim.Network(stimulus, cells, projection), str(tmp_path / "network"))
    (edges,) = (tmp_path / "network" / "networks").glob("edges_*.h5")
    with h5py.File(edges) as file:
        (population,) = file["edges"].values()
        np.testing.assert_allclose(population["0/dynamics_params/weight"][:], [0.5] * 6)
    assert "cm" in (tmp_path / "network" / "networks" / "node_types_cells.csv").read_text()
