"""The arrays in which one batch of trials is laid out: events arriving at a layer, and spikes leaving it.

What belongs together is one array of records: compiling takes longer with every array that a kernel is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "ANY_CONSTANTS",
    "LAYER_CONSTANTS",
    "LAYER_TRIALS",
    "SPIKE",
    "LayerConstants",
    "LayerTrials",
    "allocate_trials",
]


class LayerConstants(NamedTuple):
    """The constants of one layer, in float32 so that no kernel is promoted to float64.

    Times in ms; ``c`` is the threshold in nA, (v_thresh - v_rest)/kappa, and ``drop`` what B loses at a spike, in nA;
    ``reach`` is (tau_m - tau_syn)/tau_syn. ``refractory`` is the refractory period; at its end B is ``A + c - drop``.
    ``exact`` is 1 for the exact and 0 for the bounded derivative. ``closed_form`` says that tau_m = 2 tau_syn.
    """

    tau_syn: np.float32
    tau_m: np.float32
    c: np.float32
    drop: np.float32
    reach: np.float32
    exact: np.float32
    trial_duration: np.float32
    delay: np.float32
    refractory: np.float32
    max_spikes: np.int32
    closed_form: bool


_EVENT = np.dtype(
    [
        ("unit", np.int32),  # presynaptic neuron, or what row of weights it has at this site
        (
            "source",
            np.int32,
        ),  # which spike of the layer below, or -1 minus which of its own; not set for inputs
        ("grade", np.float32),
        ("first", np.bool_),  # whether it is the unit's first in the trial; not set in dense layers
    ],
    align=True,
)

_GROUP = np.dtype(
    [
        ("start", np.int32),  # its first event, from that of its place; after the last group, where the events end
        ("stop", np.int32),  # how many spikes the layer has fired at the end of its window
        ("released", np.int32),  # how many refractory periods have ended at the end of its window
        ("time", np.float32),  # ms
        ("window", np.float32),  # ms
        ("decay_syn", np.float32),  # exp(-window/tau_syn)
        ("decay_m", np.float32),  # exp(-window/tau_m)
    ],
    align=True,
)

_SPIKE_FIELDS = {
    "time": np.float32,  # ms
    "unit": np.int32,
    "grade": np.float32,
    "factor": np.float32,  # f of docs/algorithm.md, section 3
    "since_syn": np.float32,  # exp(-(time since the last arrival)/tau_syn)
    "since_m": np.float32,  # the same with tau_m
    "error": np.float32,  # of this spike beside that of its neuron; set by later layers
    "released": np.int32,  # the release before it, if that is in its window; otherwise -1 (wide_layers.py has a use)
    "time_bits": np.uint32,  # the time once more: as integers, positive numbers are in the same order
}
SPIKE = np.dtype(
    {
        "names": list(_SPIKE_FIELDS),
        "formats": list(_SPIKE_FIELDS.values()),
        "offsets": [*range(0, 32, 4), 0],
    },
    align=True,
)


_RELEASE_FIELDS = {
    "time": np.float32,  # ms
    "unit": np.int32,
    "carry": np.float32,  # by which S2 there acts on the spike before it: docs/algorithm.md, section 10
    "since_syn": np.float32,  # as of a spike
    "since_m": np.float32,
    "last": np.bool_,  # no spike of its neuron follows in its window
    "time_bits": np.uint32,
}
_RELEASE = np.dtype(
    {
        "names": list(_RELEASE_FIELDS),
        "formats": list(_RELEASE_FIELDS.values()),
        "offsets": [*range(0, 24, 4), 0],
    },
    align=True,
)
"""The end of a refractory period."""


_PLACE = np.dtype(
    [
        ("event", np.int64),  # the first of its events
        ("spike", np.int64),  # the first of its spikes
        ("n_groups", np.int32),
    ],
    align=True,
)


class LayerTrials(NamedTuple):
    """What arrives at one layer and what leaves it in a batch of trials, one axis each.

    A place is a site of the layer in a trial; the sites of a trial lie one after the other. Dense layers have one. The
    events and spikes of a trial are packed, place by place; its groups are, too, with one more to mark the end of each
    place. Simultaneous events of a place form a group, the unit in which time advances: the window of a group lasts
    from its time to that of the next one, or to the end of the trial. Spikes lie window by window, and within a window
    neuron by neuron. Neurons are numbered site by site, with as many as a row of weights is wide.
    """

    places: NDArray[np.void]  # (trials * sites,)
    events: NDArray[np.void]  # (trials * capacity,)
    groups: NDArray[np.void]  # (trials * (capacity + sites),)
    unit_start: NDArray[np.int32]  # (trials * sites * (rows + 1),): where the groups of each unit start in the next
    unit_groups: NDArray[np.int32]  # (trials * capacity,): of each event, by unit and then by time
    spikes: NDArray[np.void]  # (trials * most spikes,)
    releases: NDArray[np.void]  # the same, or (trials,) without a refractory period
    counts: NDArray[np.int32]  # (trials * sites * width,): spikes of each neuron
    directional: NDArray[np.float32]  # (trials * sites * width,): sum of the grades of each neuron
    perturbation: NDArray[np.float32]  # (trials * sites * width,): v of neurons that fired, 0 for the others
    sites: int
    own_rows: int  # rows of weights that each site has for itself; 0 if all sites share them
    dense: bool  # whether every unit below has the row of its number


def allocate_trials(
    trials: int,
    capacity: int,
    width: int,
    most_spikes: int,
    refractory: bool = False,
    rows: int = 0,
    sites: int = 1,
    shared: bool = True,
    dense: bool = True,
) -> LayerTrials:
    """Return uninitialised arrays for at most ``capacity`` events and ``most_spikes`` spikes a trial.

    Without the number of rows of weights there is no space for arrivals by unit.
    """
    places, neurons = np.recarray(trials * sites, _PLACE), trials * sites * width
    if sites == 1:
        places.event, places.spike = np.arange(trials) * capacity, np.arange(trials) * most_spikes
    return LayerTrials(
        places=places,
        events=np.recarray(trials * capacity, _EVENT),
        groups=np.recarray(trials * (capacity + sites), _GROUP),
        unit_start=np.empty(trials * sites * (rows + 1), np.int32),
        unit_groups=np.empty(trials * capacity if rows else 0, np.int32),
        spikes=np.recarray(trials * most_spikes, SPIKE),
        releases=np.recarray(trials * most_spikes if refractory else trials, _RELEASE),
        counts=np.empty(neurons, np.int32),
        directional=np.empty(neurons, np.float32),
        perturbation=np.empty(neurons, np.float32),
        sites=sites,
        own_rows=0 if shared else rows,
        dense=dense,
    )


_one = np.float32(1.0)
ANY_CONSTANTS = LayerConstants(_one, _one, _one, _one, _one, _one, _one, _one, _one, np.int32(1), False)
"""Of no neuron, to tell their types by."""

LAYER_CONSTANTS = numba.typeof(ANY_CONSTANTS)
"""Type of `LayerConstants` in kernels."""

LAYER_TRIALS = numba.typeof(allocate_trials(1, 1, 1, 1))
"""Type of `LayerTrials` in kernels."""
