"""Each scenario runs on every simulator that is here; the others are skipped, saying how to get them."""

import shutil

import pytest

from pynn_sfdfa.common.simulators import SIMULATORS, load_simulator


@pytest.fixture(params=SIMULATORS, ids=lambda simulator: simulator.name)
def sim(request, tmp_path, monkeypatch):
    obstacle = request.param.obstacle()
    if obstacle is not None:
        pytest.skip(f"{request.param.name}: {obstacle}")
    if request.param.name == "spiNNaker":
        monkeypatch.chdir(tmp_path)
        with _emulated_board():
            yield load_simulator(request.param.name)
        return
    if request.param.name == "brian2":
        _take_numpy_code()
    yield load_simulator(request.param.name)


def _emulated_board():
    pytest.importorskip("unicorn", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("spiNNaker: arm-none-eabi-gcc is not installed; Debian: apt install gcc-arm-none-eabi")
    from pynn_sfdfa.hardware.board import emulated_board

    return emulated_board()


def _take_numpy_code():
    """Let Brian2 run NumPy code: compiling takes longer than these small networks do."""
    import brian2

    brian2.prefs.codegen.target = "numpy"
