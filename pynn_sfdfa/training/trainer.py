"""Training: epochs, checkpoints, observers, and saying so when a network cannot learn."""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Never

import numpy as np

from pynn_sfdfa.encoding.presentable import check_learnable, presentable
from pynn_sfdfa.network.description import described
from pynn_sfdfa.rules import SFDFA
from pynn_sfdfa.support.given import given_path
from pynn_sfdfa.support.interrupts import deferred_interrupt
from pynn_sfdfa.support.numbers import is_integer
from pynn_sfdfa.support.wording import short
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.batch_sizes import BatchSizes, filled
from pynn_sfdfa.training.callbacks import EpochRecord, FitStart, Progress, observers
from pynn_sfdfa.training.configuration import checked
from pynn_sfdfa.training.evaluator import Evaluator
from pynn_sfdfa.training.gradients import Probe, measuring
from pynn_sfdfa.training.health import CannotLearnError, check_activity, check_weights, warn_of_silence
from pynn_sfdfa.training.history import History, as_record
from pynn_sfdfa.training.metrics import feedback_alignment
from pynn_sfdfa.training.optimizers import Adam
from pynn_sfdfa.training.passes import sample_order, until
from pynn_sfdfa.training.tally import Tally
from pynn_sfdfa.training.thresholds import proposal

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.rules import LearningRule
    from pynn_sfdfa.training.batch_sizes import BatchSize
    from pynn_sfdfa.training.boosting import Boosting
    from pynn_sfdfa.training.callbacks import Callback
    from pynn_sfdfa.training.losses import Loss
    from pynn_sfdfa.training.optimizers import Optimizer
    from pynn_sfdfa.training.readouts import Readout
    from pynn_sfdfa.training.regularisation import WeightRegularisation

__all__ = ["CannotLearnError", "History", "Trainer"]


class Trainer(Evaluator):
    """Trains a network on one simulator.

    Parameters
    ----------
    network : Network
        Its weights and feedback are those of the last finished batch after `fit`.
    sim : module, optional
        The simulator to train on; default: ``pynn_sfdfa.event``.
    rule : LearningRule, optional
        How errors become gradients; default: ``SFDFA()``.
    optimizer : Optimizer, optional
        How gradients change weights; default: ``Adam()``.
    loss : Loss, optional
        What is to become small; default: ``SpikeCount()``, 15 spikes of the label's neuron and 3 of the others.
    batch_size : int or sequence of int
        Samples before weights change, >= 1, default 50: the same for all epochs, or one for each of the first epochs,
        the last of them for all that follow.
    seed : int
        >= 0, default 1.
        Determines the order of samples, the perturbations and random feedback.
    threads : int, optional
        Default: one per core. Results do not depend on it.
    callbacks : sequence of Callback
        Observers, told in this order.
    folder : path, optional
        Where ``last.safetensors`` and ``best.safetensors`` are written after each epoch; made if it is missing.
    configuration : dict, optional
        JSON-compatible description kept in every checkpoint. Its ``"classes"``, a list of names in the order of their
        numbers, are those of `Model.classes`, and ``pynn-sfdfa predict`` shows them.
    probes : sequence of Probe
        What else to measure after each epoch; see `pynn_sfdfa.training.gradients`.
    readout : Readout
        Which class the output spikes of a sample stand for; default: `MostSpikes`.
    regularisation : WeightRegularisation, optional
        What keeps weights small.
    boosting : Boosting, optional
        By which samples that were misclassified come to count more.

    Raises
    ------
    TypeError
        If the simulator offers no training, or an argument is a name or a class in the place of an instance.
    ValueError
        If a setting is not valid.

    Examples
    --------
    >>> trainer = Trainer(FeedForward([64, 100, 10]), rule=SFDFA(rho=0.1, r_target=0.2), optimizer=Adam(5e-3))
    >>> history = trainer.fit(train, test=test, epochs=3)
    >>> labels = trainer.predict(test)
    """

    _by_name: ClassVar[str] = "rule=SFDFA(), optimizer=Adam()"

    def __init__(
        self,
        network: Network,
        sim: Any = None,
        *misplaced: Any,
        rule: LearningRule | None = None,
        optimizer: Optimizer | None = None,
        loss: Loss | None = None,
        batch_size: BatchSize = 50,
        seed: int = 1,
        threads: int | None = None,
        callbacks: Sequence[Callback] = (),
        folder: str | Path | None = None,
        configuration: dict[str, Any] | None = None,
        probes: Sequence[Probe] = (),
        readout: Readout | None = None,
        regularisation: WeightRegularisation | None = None,
        boosting: Boosting | None = None,
    ) -> None:
        self._rule = rule if rule is not None else SFDFA()
        optimizer = optimizer if optimizer is not None else Adam()
        self._optimizer = type(optimizer).__name__
        super().__init__(
            network,
            sim,
            *misplaced,
            loss=loss,
            readout=readout,
            rule=self._rule,
            optimizer=optimizer,
            batch_size=batch_size,
            seed=seed,
            threads=threads,
            regularisation=regularisation,
            boosting=boosting,
        )
        self._seed, self._batch_sizes = int(seed), BatchSizes.of(batch_size)
        self._callbacks, self._probes = observers(callbacks), measuring(probes)
        self._folder = None if folder is None else given_path("folder", folder)
        self._configuration = checked(configuration, network.sizes[-1])
        self._history = History()
        self._tally = Tally(network.sizes[1:])
        self._compile_seconds = 0.0

    def __repr__(self) -> str:
        sizes, how = "-".join(map(str, self.network.sizes)), f"{self._rule.name} with {self._optimizer}"
        return f"Trainer({sizes}, {how}, batches of {self._batch_sizes.plain}; {self._history})"

    @property
    def threads(self) -> int:
        """Threads at work; results do not depend on it."""
        return self._engine.threads

    def fit(
        self,
        train: Presentations,
        test: Presentations | None = None,
        *,
        validation: Presentations | None = None,
        epochs: int = 1,
        resume: bool = False,
        **unknown: Never,
    ) -> History:
        """Train until ``epochs`` epochs are finished in all.

        Parameters
        ----------
        train : SpikeTrains or other Presentations
            As they are shown in each epoch; `pynn_sfdfa.encoding.EncodedWhenShown` makes their spikes then.
        test : SpikeTrains or other Presentations, optional
            Evaluated after each epoch; without it, test figures are those of the training samples as they were learned.
        validation : SpikeTrains or other Presentations, optional
            Held out from training and evaluated after each epoch to choose the best one by, so that ``test`` takes no
            part in the choice; see `pynn_sfdfa.encoding.spikes.split`. (They were once called ``held_out``, and test
            samples ``validation``.)
        epochs : int
            At least 1.
        resume : bool
            Go on from ``last.safetensors`` in the folder.

        Returns
        -------
        History

        Raises
        ------
        TypeError
            If an argument has another name, or samples are not spikes; says which name, or which call makes them.
        ValueError
            If there are no samples, or they do not fit the network or its trials.
        CannotLearnError
            If a layer is silent or fires at the cap, or weights are not finite; the last good checkpoint is kept.
        CheckpointError
            If there is nothing to resume from, it does not fit, or the folder cannot be made.
        KeyboardInterrupt
            After Ctrl-C, when the checkpoint has been written; while kernels are compiled, after those under way.
        """
        for name in unknown:
            hint = "; samples held out from training are validation=, test samples test=" if name == "held_out" else ""
            raise TypeError(f"fit() has no argument {name!r}{hint}.")
        if not is_integer(epochs, 1):
            raise ValueError(f"epochs = {epochs!r} is not valid; it must be an integer >= 1.")
        epochs = int(epochs)
        check_learnable(self.network.trial_duration, train, test=test, validation=validation)
        if self._folder is not None:
            checkpoint.make_folder(self._folder)
        if resume:
            self._resume(len(train))
        batches = -(-len(train) // self._batch_sizes.largest)
        first = len(self._history.records) + 1
        self._tell(
            "on_fit_start",
            FitStart(
                epochs=epochs,
                first_epoch=first,
                batches_per_epoch=batches,
                n_train=len(train),
                n_test=0 if test is None else len(test),
                n_validation=0 if validation is None else len(validation),
                layer_sizes=self.network.sizes,
                finished=tuple(self._history.records),
            ),
        )
        try:
            if first <= epochs:
                self._prepare(train)
            with deferred_interrupt() as interrupted:
                for epoch in range(first, epochs + 1):
                    self._train_epoch(epoch, train, interrupted)
                    self._finish_epoch(epoch, train, test, validation)
        finally:
            self.network.weights, self.network.feedback = self._engine.weights(), self._engine.feedback()
            self._tell("on_fit_end")
        return self._history

    def _prepare(self, train: Presentations) -> None:
        started = time.perf_counter()
        train.shown(np.arange(1), 1)  # what it takes to draw samples is compiled now, too
        self._engine.prepare(partial(self._tell, "on_compile"))
        self._compile_seconds = time.perf_counter() - started

    def gradients(self, trains: Presentations) -> list[NDArray[np.float32]]:
        """Return the mean over the samples of the gradients by which the rule would descend; nothing is learned.

        Returns
        -------
        list of float32 arrays, shape (n_pre, n_post)
            One per layer, from the input upwards, in ms/nA (of potentials: 1/nA) times the unit of the error. Rate
            regularisation is included; regularisation of weights and boosting are not.

        Raises
        ------
        ValueError
            If the samples do not fit the network or its trials, or have no labels, or the simulator has no gradients.
        """
        presentable("trains", trains).check_within(self.network.trial_duration)
        return self._engine.gradient(trains)

    def load(self, saved: checkpoint.Checkpoint) -> None:
        """Take over weights, feedback and optimiser state of a checkpoint.

        Raises
        ------
        CheckpointError
            If it does not fit this network.
        """
        try:
            self._engine.load_state(saved.arrays)
        except ValueError as error:
            raise checkpoint.CheckpointError(f"The checkpoint does not fit: {error}") from None
        self.network.weights, self.network.feedback = self._engine.weights(), self._engine.feedback()

    def _train_epoch(self, epoch: int, train: Presentations, interrupted: threading.Event) -> None:
        order = sample_order(len(train), self._seed, epoch)
        done = self._tally.samples  # not 0 when a run was interrupted within the epoch
        started = time.perf_counter()
        before = self._tally.seconds

        def report(shown: int) -> None:
            self._tell("on_samples", epoch, self._tally.samples + shown)

        first_trial = (epoch - 1) * len(train) + done
        items = self._engine.train(train, order[done:], first_trial, epoch, report)
        for figures in until(interrupted, items):
            self._tally.add(figures)
            self._tally.seconds = before + time.perf_counter() - started
            self._tell(
                "on_batch_end",
                Progress(
                    epoch=epoch,
                    batch=-(-self._tally.samples // self._batch_sizes.largest),
                    samples=self._tally.samples,
                    loss=self._tally.mean_loss,
                    accuracy=self._tally.accuracy,
                    spikes_per_sample=self._tally.spikes_per_sample,
                ),
            )
            if interrupted.is_set():
                check_weights(self._engine.weights(), self._engine.feedback(), epoch, self.network.gradient)
                self._save("last", len(train))
                raise KeyboardInterrupt

    def _finish_epoch(
        self, epoch: int, train: Presentations, test: Presentations | None, validation: Presentations | None
    ) -> None:
        weights, feedback = self._engine.weights(), self._engine.feedback()
        check_weights(weights, feedback, epoch, self.network.gradient)
        propose = partial(proposal, self.network, train, self._seed, self._loss)
        before = self._history.records[-1].spikes_per_sample if self._history.records else None
        check_activity(self._tally, self.network, epoch, propose, before)
        tested, tally = None if test is None else self.evaluate(test), self._tally
        if tested is not None:
            warn_of_silence(tested.spikes_per_sample, tally.spikes_per_sample, self.network, epoch)
        extra = [probe.measure(weights, feedback) for probe in self._probes]
        layer_wise = self._rule.parts.transport.layer_wise
        record = EpochRecord(
            epoch=epoch,
            train_loss=tally.mean_loss,
            train_accuracy=tally.accuracy,
            test_accuracy=tally.accuracy if tested is None else tested.accuracy,
            test_loss=tally.mean_loss if tested is None else tested.loss,
            spikes_per_sample=tally.spikes_per_sample,
            silent_fraction=tally.silent_fraction,
            alignment=feedback_alignment(self.network.paths(weights, layer_wise), feedback, layer_wise),
            seconds=tally.seconds,
            samples_per_second=len(train) / tally.seconds,
            validation_accuracy=None if validation is None else self.evaluate(validation).accuracy,
            extra={name: value for figures in extra for name, value in figures.items()},
            compile_seconds=self._compile_seconds,
        )
        self._compile_seconds = 0.0
        is_best = not self._history.records or record.score > self._history.best.score
        self._history.records.append(record)
        self._tally = Tally(self.network.sizes[1:])
        if is_best:
            self._save("best", len(train))
        self._tell("on_epoch_end", record)
        # After the observers: a run killed between the two repeats the epoch, and loses no record.
        self._save("last", len(train))

    def _save(self, name: str, n_train: int) -> None:
        if self._folder is None:
            return
        metadata = {
            "configuration": self._configuration,
            "network": described(self.network),
            "readout": self._readout.name,
            "sizes": list(self.network.sizes),
            "n_train": n_train,
            "seed": self._seed,
            "batch_size": self._batch_sizes.plain,
            "rule": self._rule.name,
            "records": [asdict(record) for record in self._history.records],
            "tally": self._tally.as_dict(),
        }
        arrays = {**self._engine.state(), **self._tally.arrays()}
        checkpoint.save(self._folder / f"{name}.safetensors", arrays, metadata)

    def _resume(self, n_train: int) -> None:
        if self._folder is None:
            raise checkpoint.CheckpointError("There is nothing to resume from: the trainer was given no folder.")
        path = self._folder / "last.safetensors"
        saved = checkpoint.load(path)
        own = {"sizes": list(self.network.sizes), "n_train": n_train, "seed": self._seed}
        own |= {"batch_size": self._batch_sizes.within(n_train).plain, "rule": self._rule.name}
        for key, value in own.items():
            found = saved.metadata.get(key)
            if key == "batch_size":
                found = filled(found, n_train)
            if found != value:
                raise checkpoint.CheckpointError(f"{path} was written with {key} = {found}; this training has {value}.")
        try:
            history = History([as_record(entry) for entry in saved.metadata["records"]])
            tally = Tally.restore(self.network.sizes[1:], saved.metadata["tally"], saved.arrays)
            if tally.samples > n_train:
                raise ValueError(f"tally.samples = {tally.samples} of {n_train}")
            self.load(saved)
        except checkpoint.CheckpointError as error:
            raise checkpoint.CheckpointError(f"{path}: {error}") from None
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise checkpoint.CheckpointError(
                f"{path} does not describe a training in full ({short(repr(error))}), so it cannot be resumed."
            ) from None
        self._history, self._tally = history, tally

    def _tell(self, event: str, *what: Any) -> None:
        for callback in self._callbacks:
            getattr(callback, event)(*what)
