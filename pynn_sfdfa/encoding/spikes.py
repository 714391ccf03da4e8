"""Ragged spike data: the one form in which samples travel from data sets through encoders to simulators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from pynn_sfdfa.encoding.labels import remedy
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from numpy.typing import ArrayLike, NDArray

__all__ = ["Presentations", "SpikeTrains", "chosen", "parts", "presented", "split"]

_DTYPES: dict[str, type[np.generic]] = {"times": np.float32, "units": np.int32, "offsets": np.int64, "labels": np.int64}


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
        Class of each sample; None, where none are needed, becomes -1 for all samples.
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
        if isinstance(self.n_units, bool) or not isinstance(self.n_units, int | np.integer) or self.n_units < 1:
            raise ValueError(f"n_units must be an integer >= 1, not {short(repr(self.n_units))}.")
        object.__setattr__(self, "n_units", int(self.n_units))
        given: Any = self.labels
        if given is None:
            object.__setattr__(self, "labels", np.full(max(0, np.size(self.offsets) - 1), -1))
        for name in _DTYPES:
            object.__setattr__(self, name, _converted(name, getattr(self, name)))
        self._check_offsets()
        self._check_spikes()
        if self.labels.size and self.labels.min() < 0 and (self.labels != -1).any():
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
        falls = self.times[1:] < self.times[:-1]
        borders = self.offsets[1:-1]
        falls[borders[(borders > 0) & (borders < self.times.size)] - 1] = False  # between samples time may fall
        wrong = np.flatnonzero(falls)
        if wrong.size:
            raise ValueError(f"times must be sorted within a sample; sample {self._sample_of(wrong[0])} is not.")

    def _sample_of(self, spike: int) -> int:
        return int(np.searchsorted(self.offsets, spike, side="right") - 1)

    @classmethod
    def from_samples(
        cls, samples: Sequence[tuple[ArrayLike, ArrayLike]], labels: ArrayLike | None, n_units: int
    ) -> SpikeTrains:
        """Build from one (times, units) pair per sample, sorting each by time (stable); labels as of the class."""
        times: list[NDArray[Any]] = [np.empty(0, np.float32)]
        units: list[NDArray[Any]] = [np.empty(0, np.int32)]
        for index, sample in enumerate(samples):
            time, unit = (_converted(name, array) for name, array in zip(("times", "units"), sample, strict=True))
            if time.size != unit.size:
                raise ValueError(f"sample {index} has {time.size} times but {unit.size} units; each spike needs both.")
            order = np.argsort(time, kind="stable")
            times.append(time[order])
            units.append(unit[order])
        offsets = np.cumsum([t.size for t in times], dtype=np.int64)
        known: Any = None if labels is None else _converted("labels", labels)
        return cls(np.concatenate(times), np.concatenate(units), offsets, known, n_units)

    @classmethod
    def unchecked(
        cls,
        times: NDArray[np.float32],
        units: NDArray[np.int32],
        offsets: NDArray[np.int64],
        labels: NDArray[np.int64],
        n_units: int,
    ) -> SpikeTrains:
        """Build from arrays that are right as they are: checking what is drawn at every presentation takes too long."""
        trains = object.__new__(cls)
        vars(trains).update(times=times, units=units, offsets=offsets, labels=labels, n_units=n_units)
        return trains

    def __len__(self) -> int:
        return int(self.labels.size)

    @property
    def silent(self) -> bool:
        """Whether no sample has a spike."""
        return not self.times.size

    @cached_property
    def most_spikes(self) -> int:
        """The most spikes that a sample has."""
        return int(np.diff(self.offsets).max(initial=0))

    def shown(self, samples: NDArray[np.int64], presentation: int) -> tuple[SpikeTrains, NDArray[np.int64]]:
        """Return the trains and ``samples`` as they are; see `Presentations`."""
        return self, samples

    def sample(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the times (ms) and units of one sample, counted from 0."""
        if not 0 <= index < len(self):
            raise IndexError(f"sample {index} does not exist; there are samples 0..{len(self) - 1}.")
        start, stop = self.offsets[index], self.offsets[index + 1]
        return self.times[start:stop], self.units[start:stop]

    def select(self, indices: ArrayLike) -> SpikeTrains:
        """Return the samples at ``indices``, in that order, as new spike trains."""
        samples = chosen(indices, len(self))
        offsets = np.zeros(samples.size + 1, dtype=np.int64)
        np.cumsum(np.diff(self.offsets)[samples], out=offsets[1:])
        times, units = np.empty(offsets[-1], np.float32), np.empty(offsets[-1], np.int32)
        # Copied sample by sample: an index per spike would take more memory than the spikes.
        for index, start, stop in zip(samples, offsets[:-1], offsets[1:], strict=True):
            times[start:stop], units[start:stop] = self.sample(index)
        return SpikeTrains(times, units, offsets, self.labels[samples], self.n_units)

    def check_within(self, trial_duration: float) -> None:
        """Check that every spike falls into a trial; whoever shows samples to a network asks this first.

        Raises
        ------
        ValueError
            If a spike falls at or after ``trial_duration`` (ms); names sample and time.
        """
        if not (np.isfinite(trial_duration) and trial_duration > 0):
            raise ValueError(f"trial_duration must be a finite number of ms > 0, not {trial_duration}.")
        if self.times.max(initial=0.0) < trial_duration:
            return
        late = np.flatnonzero(self.times >= trial_duration)
        raise ValueError(
            f"trial_duration ({trial_duration} ms) must exceed every spike time; "
            f"sample {self._sample_of(late[0])} has a spike at {self.times[late[0]]} ms."
        )

    def spike_times(self, trial_duration: float) -> list[NDArray[np.float64]]:
        """Return one sorted float64 array of times per unit, sample k moved to start at ``k * trial_duration`` ms.

        This is what ``SpikeSourceArray(spike_times=...)`` takes to present all samples in one run.

        Raises
        ------
        ValueError
            If a spike falls at or after ``trial_duration``, that is into the trial of the next sample.
        """
        self.check_within(trial_duration)
        counts = np.diff(self.offsets)
        sample = np.repeat(np.arange(len(self)), counts)
        absolute = self.times.astype(np.float64) + sample * float(trial_duration)
        order = np.argsort(self.units, kind="stable")
        borders = np.searchsorted(self.units[order], np.arange(1, self.n_units))
        return np.split(absolute[order], borders)


class Presentations(Protocol):
    """Samples to show to a network: spike trains, or what makes them when they are shown.

    `SpikeTrains` are such samples, and `pynn_sfdfa.encoding.drawn.EncodedWhenShown`.
    """

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class of each sample, shape (n_samples,); -1 where none are needed."""
        ...

    @property
    def n_units(self) -> int:
        """Number of input neurons."""
        ...

    @property
    def silent(self) -> bool:
        """Whether no sample has a spike, at whichever presentation."""
        ...

    def __len__(self) -> int: ...

    def shown(self, samples: NDArray[np.int64], presentation: int) -> tuple[SpikeTrains, NDArray[np.int64]]:
        """Return spike trains that hold some samples as they are at one presentation, and where they stand in them.

        Parameters
        ----------
        samples : int64, shape (n,)
        presentation : int
            In training the epoch, counted from 1; 0 where nothing is learned. What is shown depends on nothing else.
        """
        ...

    def select(self, indices: ArrayLike) -> Self:
        """Return the samples at ``indices``, in that order; they are shown as they are among all."""
        ...

    def check_within(self, trial_duration: float) -> None:
        """Check that every spike falls into a trial (ms), at whichever presentation; ValueError if one may not."""
        ...


def presented(samples: Presentations, indices: ArrayLike, presentation: int = 0) -> SpikeTrains:
    """Return the spike trains of the samples at ``indices``, in that order, as they are at one presentation.

    Parameters
    ----------
    samples : SpikeTrains or other Presentations
    indices : integer array, shape (n,)
    presentation : int
        How often they have been shown before; where spikes are drawn, others come each time.
    """
    trains, at = samples.shown(chosen(indices, len(samples)), presentation)
    return trains if np.array_equal(at, np.arange(len(trains))) else trains.select(at)


T = TypeVar("T", bound=Presentations)


def split(trains: T, fraction: float, seed: int) -> tuple[T, T]:
    """Hold out a random part of the samples, for validation.

    Parameters
    ----------
    trains : SpikeTrains or other Presentations
    fraction : float
        Share of the samples to hold out, between 0 and 1; rounded to whole samples.
    seed : int
        0..2**32 - 1; the same seed always holds out the same samples.

    Returns
    -------
    train, held_out : as ``trains``
        Both in its order.

    Raises
    ------
    ValueError
        If one of the two would be empty.
    """
    rest, held_out = parts(len(trains), fraction, seed)
    return trains.select(rest), trains.select(held_out)


def parts(n: int, fraction: float, seed: int, name: str = "fraction") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which samples `split` keeps and which it holds out, both in order.

    Parameters
    ----------
    n : int
        How many samples there are.
    fraction, seed : float, int
        As of `split`, which raises the same.
    name : str
        What the fraction is called where it was given.
    """
    n_held_out = round(fraction * n) if 0 < fraction < 1 else 0
    if not 0 < n_held_out < n:
        raise ValueError(
            f"{name} must lie between 0 and 1 and leave samples on both sides; {fraction} of {n} does not."
        )
    order = np.random.RandomState(seed).permutation(n)  # numpy keeps this stream frozen
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])


def chosen(indices: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return indices of some of n samples as an array; ValueError or IndexError if they are none.

    Parameters
    ----------
    indices : sequence of int
    n : int
        How many samples there are.
    """
    samples = np.asarray(indices)
    if samples.ndim != 1 or (samples.size and not np.issubdtype(samples.dtype, np.integer)):
        raise ValueError(f"indices must be a list of integers, not {samples.dtype} of shape {samples.shape}.")
    samples = samples.astype(np.int64)
    wrong = np.flatnonzero((samples < 0) | (samples >= n))
    if wrong.size:
        raise IndexError(f"sample {samples[wrong[0]]} does not exist; there are samples 0..{n - 1}.")
    return samples


def _converted(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return values in the type of the field, if that loses nothing but precision of times."""
    array, dtype = np.asarray(values), _DTYPES[name]
    if array.ndim != 1:
        advice = f" {remedy(array)}" if name == "labels" else ""
        raise ValueError(f"{name} must be one-dimensional, not of shape {array.shape}.{advice}")
    if name == "times":
        if array.size and array.dtype.kind not in "uif":
            raise ValueError(f"times must be real numbers, not {array.dtype}.")
        with np.errstate(over="ignore"):  # becomes infinite, which is refused by name later
            return np.ascontiguousarray(array, dtype=dtype)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        advice = f" {remedy(array)}" if name == "labels" else ""
        raise ValueError(f"{name} must be integers, not {array.dtype}.{advice}")
    if array.dtype != dtype:
        changed = np.flatnonzero(array.astype(dtype) != array)
        if changed.size:
            raise ValueError(f"{name} must fit {np.dtype(dtype)}, but {array[changed[0]]} occurs.")
    return np.ascontiguousarray(array, dtype=dtype)
