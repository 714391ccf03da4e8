"""Commands that are killed at any moment, and given again: the end is that of the undisturbed run, bit by bit.

A few moments; with ``make faults`` a hundred, and with pictures drawn.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from faults.commands import check_whole, invoke, leftovers, results, resumed, run, train, write_inputs

ALL = os.environ.get("PYNN_SFDFA_FAULTS") == "all"
EPOCHS, KILLS = 20, 100 if ALL else 4


def started(context, words):
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(words, sender, ALL))
    process.start()
    sender.close()
    receiver.recv_bytes()
    return process


def killed(context, words, moment):
    """Start a command and kill it after so many seconds; return whether it was still at work."""
    process = started(context, words)
    time.sleep(moment)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="module")
def context():
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(
        ["pynn_sfdfa.cli", "pynn_sfdfa.commands.train", "pynn_sfdfa.experiments.run", "pynn_sfdfa.event"]
    )
    return found


@pytest.mark.slow
def test_killed_at_random_moments_of_its_whole_life(tmp_path, context):
    write_inputs(tmp_path)
    process = started(context, train(tmp_path, tmp_path / "warm", EPOCHS))
    process.join()
    process = started(context, train(tmp_path, tmp_path / "whole", EPOCHS))
    begin = time.perf_counter()
    process.join()
    whole = time.perf_counter() - begin
    assert process.exitcode == 0
    wanted, rng = results(tmp_path / "whole"), np.random.default_rng(7)
    for kill in range(KILLS):
        moment = (kill + rng.random()) / KILLS * whole  # random, and everywhere
        while not killed(context, words := train(tmp_path, tmp_path / f"{kill} after {moment:.4f} s", EPOCHS), moment):
            moment /= 2  # it had come to its end before
        out = Path(words[-1])
        check_whole(out)
        again = invoke(resumed(words, out))
        assert again.exit_code == 0, again.output
        assert results(out) == wanted
        assert leftovers(out) == []
