"""Each scenario runs on every simulator that is here; the others are skipped, saying how to get them."""

import pytest

from pynn_sfdfa.simulators import SIMULATORS, load_simulator


@pytest.fixture(params=SIMULATORS, ids=lambda simulator: simulator.name)
def sim(request):
    obstacle = request.param.obstacle()
    if obstacle is not None:
        pytest.skip(f"{request.param.name}: {obstacle}")
    if request.param.name == "spiNNaker":
        pytest.skip("spiNNaker: runs on a board; no emulated one yet")
    if request.param.name == "brian2":
        _take_numpy_code()
    return load_simulator(request.param.name)


def _take_numpy_code():
    """Let Brian2 run NumPy code: compiling takes longer than these small networks do."""
    import brian2

    brian2.prefs.codegen.target = "numpy"
