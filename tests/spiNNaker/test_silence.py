import logging
import sys
import warnings

import pytest

pytest.importorskip("spynnaker")

from pynn_sfdfa.spiNNaker.silence import quietly


def test_warnings_come_after_and_only_once(capsys):
    logger = logging.getLogger("a logger of this test")
    with pytest.warns(UserWarning, match="something was limited") as caught:
        for _ in range(2):
            with quietly():
                print("a progress bar", file=sys.stderr)
                assert not logger.isEnabledFor(logging.INFO) and logger.isEnabledFor(logging.WARNING)
                warnings.warn("something was limited", stacklevel=1)
    assert len(caught) == 1
    assert capsys.readouterr().err == ""


def test_errors_pass_and_nothing_stays_silent():
    before = logging.root.manager.disable
    with pytest.raises(ValueError, match="no such board"), quietly():
        raise ValueError("no such board")
    assert logging.root.manager.disable == before
