"""A network trained online on handwritten digits, inside one standalone run, against the exact simulator."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import pynn_sfdfa.event as event
from pynn_sfdfa.losses import SpikeCount
from pynn_sfdfa.metrics import predict
from pynn_sfdfa.optimizers import SGD

_PATH = Path(__file__).parents[2] / "benchmarks" / "brian2_digits.py"
_SPEC = importlib.util.spec_from_file_location("brian2_digits", _PATH)
benchmark = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = benchmark
_SPEC.loader.exec_module(benchmark)

TRIAL = 40.0
EPOCHS = 12


@pytest.fixture
def sim():
    brian2 = pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as simulator

    yield simulator
    brian2.device.reinit()
    brian2.set_device("runtime")
    brian2.prefs.codegen.target = "auto"
    simulator.setup()


def engine(sim):
    network = benchmark.network(sim, 100, TRIAL)
    return sim.training_engine(network, benchmark.RULE, SGD(1e-4), SpikeCount(), 1, benchmark.SEED)


@pytest.mark.slow
def test_digits_as_on_the_exact_simulator(sim):
    train, test = benchmark.digits(TRIAL)
    generator = np.random.default_rng(0)
    order = np.concatenate([generator.permutation(len(train)) for _ in range(EPOCHS)])
    sim.setup(timestep=1.0, standalone=True)
    compiled = engine(sim)
    (figures,) = compiled.train(train, order, 0)
    assert figures.samples == order.size

    sim.setup(timestep=1.0, target="numpy")
    stepped = engine(sim)
    stepped.load_state(compiled.state())
    exact = engine(event)
    for _ in exact.train(train, order, 0):
        pass
    found, right = ((predict(each.respond(test)[0]) == test.labels).mean() for each in (stepped, exact))
    assert found >= 0.94 and right >= 0.94
    assert abs(found - right) <= 0.015
