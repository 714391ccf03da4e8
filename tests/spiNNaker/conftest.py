"""The back end on a board that is only mapped, and on the emulated one."""

import shutil

import pytest


@pytest.fixture
def sim():
    pytest.importorskip("spynnaker", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
    import pynn_sfdfa.spiNNaker as simulator

    return simulator


@pytest.fixture
def mapped(sim, tmp_path, monkeypatch):
    """The back end with a board of 48 chips on which networks are mapped but nothing runs."""
    from pynn_sfdfa.hardware.board.spynnaker import configured

    monkeypatch.chdir(tmp_path)
    sim.end()  # an emulated board that another test has left open would be closed in the midst of this one
    with configured({"Machine": {"version": "5", "virtual_board": "True"}}, tmp_path):
        yield sim


@pytest.fixture
def emulated(sim, tmp_path, monkeypatch):
    """The back end, where ``setup(board="emulated")`` can be called."""
    pytest.importorskip("unicorn", reason="run: pip install 'pynn-sfdfa[spinnaker]'")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed; Debian: apt install gcc-arm-none-eabi")
    monkeypatch.chdir(tmp_path)
    yield sim
    sim.end()
