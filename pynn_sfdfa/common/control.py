"""``reset()`` and ``end()``: what they do on every simulator, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynn_sfdfa.common.to_file import write_recorded

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["build_end", "build_reset"]


def _always() -> bool:
    return True


def build_reset(
    state: Any, begin_again: Callable[[dict[str, Any]], None], is_due: Callable[[], bool] = _always
) -> Callable[..., None]:
    """Return PyNN's ``reset`` for a simulator.

    Parameters
    ----------
    state : object
        The one of a simulator of PyNN.
    begin_again : callable
        Lets the simulator return to t = 0; it takes the annotations.
    is_due : callable, optional
        Says whether there is anything to return from; if not, ``reset()`` does nothing.
    """

    def reset(annotations: dict[str, Any] | None = None) -> None:
        """Return to time zero and the first trial and begin a new Segment for recorded data.

        State variables take their initial values, traces and eligibilities are empty, perturbations are the same again,
        on ``event`` and ``spiNNaker`` Poisson spikes, too. Weights, feedback weights, learning rates and parameters
        stay as they are (as with NEST and NEURON): to start learning again, set the weights.

        Parameters
        ----------
        annotations : dict, optional
            Kept with the data that were recorded so far.
        """
        if not is_due():
            return
        for recorder in state.recorders:
            recorder.store_to_cache(annotations or {})
        begin_again(annotations or {})

    return reset


def build_end(state: Any, give_back: Callable[[], None] | None = None) -> Callable[..., None]:
    """Return PyNN's ``end`` for a simulator.

    Parameters
    ----------
    state : object
        The one of a simulator of PyNN.
    give_back : callable, optional
        What is done once data are written.
    """

    def end(compatible_output: bool = True) -> None:
        """Write the data of populations that were recorded ``to_file``, and give a machine back.

        Parameters
        ----------
        compatible_output : bool
            Of PyNN's interface; it changes nothing.
        """
        write_recorded(state)
        if give_back is not None:
            give_back()

    return end
