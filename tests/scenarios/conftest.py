"""Each scenario runs on every simulator that is here; the others are skipped, saying how to get them."""

import pytest

from pynn_sfdfa.simulators import SIMULATORS, load_simulator


@pytest.fixture(params=SIMULATORS, ids=lambda simulator: simulator.name)
def sim(request):
    obstacle = request.param.obstacle()
    if obstacle is not None:
        pytest.skip(f"{request.param.name}: {obstacle}")
    return load_simulator(request.param.name)
