"""A spiking network as a classifier of scikit-learn."""

from __future__ import annotations

import math
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from pynn_sfdfa.common.simulators import load_simulator
from pynn_sfdfa.encoding.spikes import parts
from pynn_sfdfa.sklearn import inputs, learning
from pynn_sfdfa.sklearn.network import build, rebuild, resolved_rule
from pynn_sfdfa.support.numbers import is_integer
from pynn_sfdfa.support.wording import quoted
from pynn_sfdfa.training.optimizers import Adam
from pynn_sfdfa.training.silence import warn_of_unanswered

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.engine import TrainingEngine

__all__ = ["SpikingClassifier"]

_FEW = 24
"""Samples that can hardly tell ranges and thresholds."""


class SpikingClassifier(ClassifierMixin, BaseEstimator):
    """A spiking network that learns to classify features, by a rule that is local and forward in time.

    Features are scaled to their range among the training samples and become the times of spikes. The class of a sample
    is the output neuron with the most spikes. Training is exact and event-driven (``pynn_sfdfa.event``); results
    depend on ``random_state`` and on nothing else, and all that an estimator has learned is in arrays.

    Parameters
    ----------
    hidden : int or sequence of int
        Neurons of each hidden layer.
    rule : str or LearningRule
        ``"sfdfa"``, ``"dfa"``, ``"bp"``, ``"hm2bp"``, or one of `pynn_sfdfa.rules` with settings of its own.
    encoder : str or Encoder
        How a feature x, scaled to 0..1, becomes spikes: ``"complement"``, two units that spike at x and 1 - x times
        100 ms, so that both small and large values are early somewhere; ``"time_coded"``, one unit, and one more that
        always spikes at 0; ``"latency"``, large values early and 0 silent, as suits images; or an encoder of
        `pynn_sfdfa.encoding`.
    v_thresh : "auto" or sequence of float
        Thresholds in mV, one for each layer of neurons, which rest at -70 mV; ``"auto"`` chooses them from the first
        200 samples, so that every layer begins with some spikes.
    initial_spikes : float, optional
        Mean spikes of a neuron in a sample that ``"auto"`` aims at. Default: 2 in hidden layers, and in the output half
        the mean target.
    learning_rate : float
        Of Adam, in nA.
    batch_size : int
        Samples before weights change, in `fit`; `partial_fit` learns after each, by the learning rate divided by the
        root of this.
    epochs : int
        How often all samples are shown, at most.
    early_stopping : bool
        Hold samples out, end when these no longer improve, and keep the weights that were best on them.
    validation_fraction : float
        Share of the samples that is held out for it.
    n_iter_no_change : int
        Epochs without a better score after which it ends.
    feature_range : pair, optional
        Lowest and highest value, numbers or one for each feature; what lies outside counts as the nearer of them, and
        samples to learn that have such values make a warning.
        Default: those of the samples that `fit` learns, or of the first call of `partial_fit`.
    n_jobs : int, optional
        Threads, as scikit-learn counts them: default 1, -1 for all cores. Results do not depend on it.
    random_state : int, RandomState or None
        Of initial weights, order of samples, held-out samples and perturbations.

    Attributes
    ----------
    classes_ : array, shape (classes,)
    n_features_in_ : int
    feature_low_, feature_high_ : float64, shape (features,)
        The range that features are scaled by.
    thresholds_ : float64, shape (layers,)
        In mV.
    state_ : dict of str to array
        Weights in nA, feedback, and what the optimiser keeps, by name.
    n_iter_ : int
        Epochs that were run.
    loss_curve_ : list of float
        Mean loss of each epoch.
    validation_scores_ : list of float
        Accuracy on held-out samples after each epoch; empty without ``early_stopping``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> samples, labels = load_wine(return_X_y=True)
    >>> SpikingClassifier(random_state=1).fit(samples, labels).score(samples, labels) > 0.95
    True
    """

    _keeps: ClassVar[tuple[str, ...]] = ("classes_", "feature_low_", "feature_high_", "thresholds_", "state_")

    def __init__(
        self,
        hidden: Any = (100,),
        *,
        rule: Any = "sfdfa",
        encoder: Any = "complement",
        v_thresh: Any = "auto",
        initial_spikes: float | None = None,
        learning_rate: float = 5e-3,
        batch_size: int = 8,
        epochs: int = 60,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        feature_range: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.rule = rule
        self.encoder = encoder
        self.v_thresh = v_thresh
        self.initial_spikes = initial_spikes
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.feature_range = feature_range
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from samples, forgetting what was learned before.

        Parameters
        ----------
        X : array, shape (samples, features)
        y : array, shape (samples,)
            Labels, of two classes at least.

        Raises
        ------
        ValueError
            If samples, labels or a setting are not valid.
        pynn_sfdfa.training.trainer.CannotLearnError
            If a layer is silent or fires at the cap, or weights are not finite.
        """
        values, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {quoted(self.classes_[0])}.")
        trains, held_out, network, seed = self._begun(
            values, numbers, self.validation_fraction if self.early_stopping else None
        )
        engine = self._engine(network, seed, min(self.batch_size, len(trains)))
        learned = learning.in_epochs(engine, network, trains, held_out, seed, self.epochs, self.n_iter_no_change)
        self.state_, self.loss_curve_, self.validation_scores_ = learned.state, learned.losses, learned.scores
        self.n_iter_ = len(learned.losses)
        self._trials = self.n_iter_ * len(trains)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Learn from each sample once, one after the other, going on from what was learned before.

        The first call decides on the range of the features, unless ``feature_range`` does, and on the thresholds, and
        warns if it has fewer samples than two dozen.

        Parameters
        ----------
        X : array, shape (samples, features)
        y : array, shape (samples,)
        classes : array, shape (classes,), optional
            All labels there will be; needed in the first call.

        Raises
        ------
        ValueError
            If samples, labels or a setting are not valid.
        pynn_sfdfa.training.trainer.CannotLearnError
            If weights are not finite.
        """
        if self.early_stopping:
            raise ValueError(
                f"early_stopping = {quoted(self.early_stopping)} is for fit; partial_fit holds no samples out. "
                "Leave it out."
            )
        first = not hasattr(self, "state_")
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        values, labels = validate_data(self, X, y, dtype=np.float64, reset=first)
        check_classification_targets(labels)
        known = unique_labels(classes) if classes is not None else self.classes_
        if not first and not np.array_equal(known, self.classes_):
            raise ValueError(
                f"classes={quoted(known)} is not the same as on last call to partial_fit, was: {quoted(self.classes_)}"
            )
        numbers = np.searchsorted(known, labels).clip(0, len(known) - 1)
        if not np.array_equal(known[numbers], labels):
            raise ValueError(f"y has labels that are not in classes: {quoted(np.setdiff1d(labels, known))}.")
        if first:
            if len(known) < 2:
                raise ValueError(f"classes has only one class, {quoted(known)}; two at least are needed.")
            self.classes_ = known
            self._warn_of_few(len(values))
            trains, _, network, seed = self._begun(values, numbers)
            engine = self._engine(network, seed)
        else:
            self._check_settings()  # they may have been set to others since
            if self.feature_range is not None:
                inputs.warn_of_clipped(values, self.feature_low_, self.feature_high_)
            trains = inputs.encoded(values, self.feature_low_, self.feature_high_, self.encoder, numbers)
            network = rebuild(self.thresholds_, self.state_)
            engine = self._engine(network, self._seed)
            engine.load_state(self.state_)
        learning.online(engine, network, trains, self._trials)
        self.state_ = engine.state()
        self._trials += len(trains)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the class of each sample, shape (samples,): that of the output neuron with the most spikes.

        Warns of samples for which no output neuron spikes, which are taken for the first class.
        """
        counts = self.counts(X)
        warn_of_unanswered(counts, self.classes_[0])
        labels: NDArray[Any] = self.classes_[counts.argmax(axis=1)]
        return labels

    def counts(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the spikes of each output neuron for each sample, shape (samples, classes)."""
        check_is_fitted(self, self._keeps)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        labels = np.zeros(len(values), np.int64)
        trains = inputs.encoded(values, self.feature_low_, self.feature_high_, self.encoder, labels)
        engine = load_simulator("event").training_engine(rebuild(self.thresholds_, self.state_), threads=self._threads)
        counts: NDArray[np.int32] = engine.respond(trains).counts
        return counts

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return spikes of the output neurons; with two classes those of the second one less those of the first."""
        counts = self.counts(X).astype(np.float64)
        return counts[:, 1] - counts[:, 0] if len(self.classes_) == 2 else counts

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return exp(spikes/2) of each output neuron, as a share of all; shape (samples, classes).

        The log loss on held-out samples of iris, wine, breast cancer and digits is least, in the mean, for a half
        (benchmarks/probabilities.py).
        """
        counts = self.counts(X)
        likely: NDArray[np.float64] = np.exp((counts - counts.max(axis=1, keepdims=True)) / 2)
        likely /= likely.sum(axis=1, keepdims=True)
        return likely

    def _begun(
        self, values: NDArray[np.float64], numbers: NDArray[np.int64], fraction: float | None = None
    ) -> tuple[SpikeTrains, SpikeTrains | None, Network, int]:
        """Return samples as spikes, a share of them held out, the untrained network and the seed.

        Ranges and thresholds are those of the samples that are learned; held-out samples have no part in them.
        """
        self._check_settings()
        seed = self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        rest, aside = (
            (slice(None), None) if fraction is None else parts(len(values), fraction, seed, "validation_fraction")
        )
        self.feature_low_, self.feature_high_ = inputs.ranges(values[rest], self.feature_range)
        if self.feature_range is not None:
            inputs.warn_of_clipped(values, self.feature_low_, self.feature_high_)
        scaled = partial(inputs.encoded, low=self.feature_low_, high=self.feature_high_, encoder=self.encoder)
        trains = scaled(values[rest], labels=numbers[rest])
        held_out = None if aside is None else scaled(values[aside], labels=numbers[aside])
        network = build(trains, len(self.classes_), self.hidden, self.v_thresh, self.initial_spikes, seed)
        self.thresholds_ = np.array(network.thresholds)
        self._trials = 0
        return trains, held_out, network, seed

    def _engine(self, network: Network, seed: int, batch_size: int | None = None) -> TrainingEngine:
        """Return an engine that learns in batches, or after each sample."""
        rate = self.learning_rate if batch_size else self.learning_rate / math.sqrt(self.batch_size)
        engine: TrainingEngine = load_simulator("event").training_engine(
            network,
            resolved_rule(self.rule),
            Adam(learning_rate=rate),
            batch_size=batch_size or 1,
            seed=seed,
            threads=self._threads,
        )
        return engine

    @property
    def _threads(self) -> int:
        try:
            return int(effective_n_jobs(self.n_jobs))
        except (TypeError, ValueError):
            raise ValueError(
                f"n_jobs = {quoted(self.n_jobs)} is not valid; it must be None, a number of threads, or -1 for all "
                "cores."
            ) from None

    def _warn_of_few(self, n: int) -> None:
        """Warn if so few samples decide on what `partial_fit` keeps from then on."""
        chosen = {} if self.feature_range is not None else {"feature_range": "the range of the features"}
        if isinstance(self.v_thresh, str):
            chosen["v_thresh"] = "the thresholds"
        if n < _FEW and chosen:
            warnings.warn(
                f"The first call of partial_fit has {n} {'sample' if n == 1 else 'samples'}, from which "
                f"{' and '.join(chosen.values())} are chosen for all that follow: call fit, or partial_fit first, with "
                f"some dozens of samples, or give {' and '.join(chosen)}.",
                stacklevel=3,
            )

    def _check_settings(self) -> None:
        """Raise ValueError for what is read later, or only with other settings."""
        for name in ("batch_size", "epochs", "n_iter_no_change"):
            value = getattr(self, name)
            if not is_integer(value, 1):
                raise ValueError(f"{name} = {quoted(value)} is not valid; it must be an integer >= 1.")
        if not isinstance(self.early_stopping, bool | np.bool_):
            raise ValueError(f"early_stopping = {quoted(self.early_stopping)} is not valid; it must be True or False.")
