"""Spikes that a silent target neuron is given, so that a local gradient sees how it could have fired.

They lie in the records of a trial where the neuron's own would, at even times, and do not count as spikes of the trial.
docs/algorithm.md, section 10.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import int64

from pynn_sfdfa.event.batch.places import first_group, first_spike, row_width
from pynn_sfdfa.event.batch.records import LAYER_CONSTANTS, LAYER_TRIALS
from pynn_sfdfa.support.jit import jit, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pynn_sfdfa.event.batch.records import LayerConstants, LayerTrials

__all__ = ["give_spikes"]

_index = np.uint64
_ONE = np.uint64(1)


@jit(inline="always")
def _occur(
    at: np.uint64,
    time: np.float32,
    unit: np.int64,
    start: np.float32,
    constants: LayerConstants,
    records: NDArray[np.void],
) -> None:
    """Write down when something happens, in the window that begins at ``start``."""
    records[at].time = time
    records[at].unit = np.int32(unit)
    records[at].since_syn = np.float32(math.exp((start - time) / constants.tau_syn))
    records[at].since_m = np.float32(math.exp((start - time) / constants.tau_m))


@kernel(int64[::1], int64, LAYER_CONSTANTS, LAYER_TRIALS)
def give_spikes(labels: NDArray[np.int64], number: int, constants: LayerConstants, layer: LayerTrials) -> bool:
    """Give the target neuron of each trial in which it is silent so many spikes; return whether any was given some.

    Spike k of ``number`` is at ``k T/(number + 1)``; those before the first arrival are left out.

    Parameters
    ----------
    labels : int64, shape (trials,)
        The target neurons.
    number : int
        At most the cap on spikes, and so few that refractory periods end before the next.
    """
    groups, spikes, releases, width = layer.groups, layer.spikes, layer.releases, row_width(layer)
    interval, refractory = constants.trial_duration / np.float32(number + 1), constants.refractory
    any_given = False
    for trial in range(_index(labels.size)):
        target = trial * width + _index(labels[trial])
        if layer.counts[target] > 0:
            continue
        group0, spike0 = first_group(layer, trial), first_spike(layer, trial)
        release0, group = spike0, group0 + _index(layer.places[trial].n_groups)
        # Spikes and releases are numbered from 1: the last until the end of a window, and the last before it begins.
        spike, none = number, 0
        while group > group0 and none < number and np.float32(none + 1) * interval < groups[group0].time:
            none += 1
        if group == group0 or none == number:
            continue
        any_given = True
        layer.counts[target] = number - none
        release = number if refractory > 0 else none
        while release > none and np.float32(release) * interval + refractory > constants.trial_duration:
            release -= 1
        while spike > none:
            group -= _ONE
            time = groups[group].time
            spike_before, release_before = spike, release
            while spike_before > none and np.float32(spike_before) * interval >= time:
                spike_before -= 1
            while release_before > none and np.float32(release_before) * interval + refractory >= time:
                release_before -= 1
            # All that the window has moves up by what is given in earlier ones.
            up, releases_up = spike_before - none, release_before - none
            at = spike0 + _index(groups[group].stop)
            start = spike0 + _index(groups[group - _ONE].stop) if group > group0 else spike0
            while at > start:
                at -= _ONE
                spikes[at + _index(up)] = spikes[at]
                if spikes[at].released >= 0:
                    spikes[at + _index(up)].released = spikes[at].released + np.int32(releases_up)
            at = release0 + _index(groups[group].released)
            start = release0 + _index(groups[group - _ONE].released) if group > group0 else release0
            while refractory > 0 and at > start:
                at -= _ONE
                releases[at + _index(releases_up)] = releases[at]
            groups[group].stop += spike - none
            groups[group].released += release - none
            # At the end of the window's own, what is given in it: release k is that after spike k.
            for k in range(release_before + 1, release + 1):
                at = release0 + _index(groups[group].released - 1 - (release - k))
                _occur(at, np.float32(k) * interval + refractory, labels[trial], time, constants, releases)
                releases[at].carry = np.float32(0.0)
                releases[at].last = not spike_before < k + 1 <= spike
            for k in range(spike_before + 1, spike + 1):
                at = spike0 + _index(groups[group].stop - 1 - (spike - k))
                _occur(at, np.float32(k) * interval, labels[trial], time, constants, spikes)
                spikes[at].grade = np.float32(0.0)
                spikes[at].factor = np.float32(0.0)  # it cannot move
                spikes[at].error = np.float32(0.0)
                spikes[at].released = np.int32(-1)
                if release_before < k - 1 <= release:
                    spikes[at].released = np.int32(groups[group].released - 1 - (release - (k - 1)))
            spike, release = spike_before, release_before
    return any_given
