"""Ragged spike data: the one form in which samples travel from data sets through encoders to simulators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["SpikeTrains"]


@dataclass(frozen=True, eq=False)
class SpikeTrains:
    """The input spikes of many samples, without a dense time axis.

    Attributes
    ----------
    times : float32, shape (n_spikes,)
        ms from the start of the sample, sorted within a sample.
    units : int32, shape (n_spikes,)
        Input neuron of each spike, in ``range(n_units)``.
    offsets : int64, shape (n_samples + 1,)
        Sample k is ``times[offsets[k]:offsets[k + 1]]``.
    labels : int64, shape (n_samples,)
        Class of each sample.
    n_units : int
        Number of input neurons.

    Raises
    ------
    ValueError
        If an array has the wrong shape, order or range; the message names the field and the sample.
    """

    times: NDArray[np.float32]
    units: NDArray[np.int32]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]
    n_units: int

    def __post_init__(self) -> None:
        for name, dtype in (("times", np.float32), ("units", np.int32), ("offsets", np.int64), ("labels", np.int64)):
            array = np.asarray(getattr(self, name))
            if array.ndim != 1:
                raise ValueError(f"{name} must be one-dimensional, not of shape {array.shape}.")
            if dtype is not np.float32 and array.size and not np.issubdtype(array.dtype, np.integer):
                raise ValueError(f"{name} must be integers, not {array.dtype}.")
            object.__setattr__(self, name, np.ascontiguousarray(array, dtype=dtype))
        self._check_offsets()
        self._check_spikes()
        if self.labels.size and self.labels.min() < 0:
            raise ValueError(f"labels must be >= 0; sample {int(self.labels.argmin())} has {self.labels.min()}.")

    def _check_offsets(self) -> None:
        offsets = self.offsets
        if offsets.size != self.labels.size + 1:
            raise ValueError(
                f"offsets must have one element more than there are labels ({self.labels.size}), not {offsets.size}."
            )
        if offsets[0] != 0 or offsets[-1] != self.times.size or (np.diff(offsets) < 0).any():
            raise ValueError(f"offsets must rise from 0 to the number of spikes ({self.times.size}).")
        if self.units.size != self.times.size:
            raise ValueError(f"units ({self.units.size}) and times ({self.times.size}) must have the same length.")

    def _check_spikes(self) -> None:
        if not self.times.size:
            return
        wrong = np.flatnonzero(~np.isfinite(self.times) | (self.times < 0))
        if wrong.size:
            raise ValueError(
                f"times must be finite and >= 0 ms; sample {self._sample_of(wrong[0])} has {self.times[wrong[0]]}."
            )
        wrong = np.flatnonzero((self.units < 0) | (self.units >= self.n_units))
        if wrong.size:
            raise ValueError(
                f"units must lie in 0..{self.n_units - 1}; sample {self._sample_of(wrong[0])} has "
                f"{self.units[wrong[0]]}."
            )
        step = np.diff(self.times)
        borders = self.offsets[1:-1]
        step[borders[(borders > 0) & (borders < self.times.size)] - 1] = 0  # between samples time may fall
        wrong = np.flatnonzero(step < 0)
        if wrong.size:
            raise ValueError(f"times must be sorted within a sample; sample {self._sample_of(wrong[0])} is not.")

    def _sample_of(self, spike: int) -> int:
        return int(np.searchsorted(self.offsets, spike, side="right") - 1)

    @classmethod
    def from_samples(
        cls, samples: Sequence[tuple[ArrayLike, ArrayLike]], labels: ArrayLike, n_units: int
    ) -> SpikeTrains:
        """Build from one (times, units) pair per sample, sorting each by time (stable)."""
        times = [np.asarray(t, dtype=np.float32) for t, _ in samples]
        units = [np.asarray(u, dtype=np.int32) for _, u in samples]
        order = [np.argsort(t, kind="stable") for t in times]
        offsets = np.concatenate([[0], np.cumsum([t.size for t in times])]).astype(np.int64)
        empty: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
        return cls(
            times=np.concatenate([t[o] for t, o in zip(times, order, strict=True)] or empty),
            units=np.concatenate([u[o] for u, o in zip(units, order, strict=True)] or empty).astype(np.int32),
            offsets=offsets,
            labels=np.asarray(labels, dtype=np.int64),
            n_units=n_units,
        )

    def __len__(self) -> int:
        return int(self.labels.size)

    def sample(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the times (ms) and units of one sample."""
        start, stop = self.offsets[index], self.offsets[index + 1]
        return self.times[start:stop], self.units[start:stop]

    def select(self, indices: ArrayLike) -> SpikeTrains:
        """Return the samples at ``indices``, in that order, as new spike trains."""
        chosen = np.asarray(indices, dtype=np.int64)
        counts = (self.offsets[1:] - self.offsets[:-1])[chosen]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        spikes = np.repeat(self.offsets[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
        return SpikeTrains(self.times[spikes], self.units[spikes], offsets, self.labels[chosen], self.n_units)

    def spike_times(self, trial_duration: float) -> list[NDArray[np.float64]]:
        """Return one sorted float64 array of times per unit, sample k moved to start at ``k * trial_duration`` ms.

        This is what ``SpikeSourceArray(spike_times=...)`` takes to present all samples in one run.
        """
        counts = np.diff(self.offsets)
        sample = np.repeat(np.arange(len(self)), counts)
        absolute = self.times.astype(np.float64) + sample * float(trial_duration)
        order = np.argsort(self.units, kind="stable")
        borders = np.searchsorted(self.units[order], np.arange(1, self.n_units))
        return np.split(absolute[order], borders)
