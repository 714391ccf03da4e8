"""The shipped experiment, trained online inside one standalone run, against the exact simulator."""

import io

import numpy as np
import pytest

from pynn_sfdfa.common.simulators import set_up
from pynn_sfdfa.experiments import assembly, config


@pytest.fixture
def restored():
    brian2 = pytest.importorskip("brian2")
    import pynn_sfdfa.brian2 as simulator

    yield
    brian2.device.reinit()
    brian2.set_device("runtime")
    brian2.prefs.codegen.target = "auto"
    simulator.setup()


def engine(simulator, **setup):
    experiment = config.load("digits-online")
    sim = set_up(simulator, setup)
    network, data = assembly.build(experiment, None, io.StringIO())
    return assembly.build_trainer(experiment, network, sim)._engine, data


@pytest.mark.slow
def test_digits_as_on_the_exact_simulator(restored):
    compiled, data = engine("brian2", timestep=1.0, standalone=True)
    generator = np.random.default_rng(0)
    epochs = config.load("digits-online").training.epochs
    order = np.concatenate([generator.permutation(len(data.train)) for _ in range(epochs)])
    reports = []
    (figures,) = compiled.train(data.train, order, 0, report=reports.append)
    assert figures.samples == order.size
    # Told once a second, by a program that knows nothing of Python.
    assert reports == sorted(reports)
    assert reports[-1] <= order.size

    stepped, _ = engine("brian2", timestep=1.0, target="numpy")
    stepped.load_state(compiled.state())
    exact, _ = engine("event")
    for _ in exact.train(data.train, order, 0):
        pass
    found, right = (
        (each.respond(data.test).counts.argmax(axis=1) == data.test.labels).mean() for each in (stepped, exact)
    )
    assert found >= 0.94 and right >= 0.94
    assert abs(found - right) <= 0.015
