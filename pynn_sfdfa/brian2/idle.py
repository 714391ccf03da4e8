"""Objects of Brian2 that have nothing to do in most steps, and are left alone in those.

Brian2 runs the code of each object in each step, also of what happens at events where there are none. Calling it takes
longer than what it does at a few events. A standalone simulation calls nothing from Python: it is as Brian2 makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.brian2 import simulator

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["run_at_spikes", "run_at_trial_end"]


def run_at_spikes(brian_object: Any, source: Any) -> None:
    """Let an object run in those steps alone in which a group spikes.

    Parameters
    ----------
    brian_object : Brian2 object
        What happens at spikes, in the step of the spikes.
    source : Brian2 group
    """
    if simulator.contents.standalone:
        return
    spikes = source.variables["_spikespace"].get_value()  # neurons, and last how many of them spike
    _run_when(brian_object, lambda: spikes.item(-1) > 0)


def run_at_trial_end(brian_object: Any, steps: int) -> None:
    """Let an object run in the last step of each trial alone.

    Parameters
    ----------
    brian_object : Brian2 object
        What makes events at the end of a trial, or what happens at them.
    steps : int
        In a trial.
    """
    if simulator.contents.standalone:
        return
    step = simulator.state.network.clock.variables["timestep"].get_value()
    _run_when(brian_object, lambda: (step.item(0) + 1) % steps == 0)


def _run_when(brian_object: Any, due: Callable[[], bool]) -> None:
    always = brian_object.run

    def run() -> None:
        if due():
            always()

    brian_object.run = run
