"""Every test of this folder runs on every simulator."""

import pytest
from rounds import outcomes
from simulators import NAMES, load, set_up


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """A folder that is the working folder of sPyNNaker, which leaves reports."""
    return tmp_path_factory.mktemp("contract")


@pytest.fixture(params=NAMES)
def sim(request, scratch, monkeypatch):
    """A simulator that has been set up; nothing is run that need not be, since a run of a board takes seconds."""
    monkeypatch.chdir(scratch)
    simulator = load(request.param)
    yield set_up(simulator)
    simulator.end()


@pytest.fixture(scope="session")
def outcome_of(scratch):
    """What became of each case of `rounds`, by simulator and name; all cases of a simulator run side by side."""
    known = {}

    def outcome(simulator, name):
        if simulator not in known:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(scratch)
                known[simulator] = outcomes(load(simulator))
        return known[simulator][name]

    return outcome
