"""One training run from settings to a folder of results."""

from __future__ import annotations

import json
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

from pynn_sfdfa.common.runaway import RunawayError
from pynn_sfdfa.common.simulators import load_simulator, set_up
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config, report, thresholds, written_down
from pynn_sfdfa.experiments.page import run_page
from pynn_sfdfa.experiments.probes import build_probes
from pynn_sfdfa.experiments.progress import progress_for
from pynn_sfdfa.experiments.run_folder import MetricsLog
from pynn_sfdfa.experiments.single_trial import run_trial
from pynn_sfdfa.support import files
from pynn_sfdfa.support.jit import announced
from pynn_sfdfa.training import checkpoint
from pynn_sfdfa.training.health import CannotLearnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.experiments.assembly import Data
    from pynn_sfdfa.experiments.run_folder import RunFolder
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.callbacks import Callback, EpochRecord
    from pynn_sfdfa.training.shards import Workers

__all__ = ["Spread", "train"]


class Spread(Protocol):
    """Workers that have not been told yet what to train."""

    def begin(self, engine: Mapping[str, Any]) -> Workers:
        """Return them when they have been told, by the arguments of a ``sharded_training_engine``."""
        ...

    def check(self, batch: SpikeTrains) -> None:
        """Raise an exception if they are of no use for batches like this one."""
        ...


def train(
    settings: Experiment,
    folder: RunFolder,
    *,
    simulator: str,
    setup: Mapping[str, Any] | None = None,
    data: Path | None,
    resume: bool,
    stream: TextIO,
    callbacks: Sequence[Callback] = (),
    spread: Spread | None = None,
) -> dict[str, float | int]:
    """Train, draw what the best weights do, and write everything to the folder.

    Parameters
    ----------
    settings : Experiment
    folder : RunFolder
    simulator : str
        Name of a back end.
    setup : mapping, optional
        Arguments of its ``setup()``.
    data : Path, optional
        Folder with data sets.
    resume : bool
        Go on with the run that the folder holds.
    stream : text file
        Where progress is shown.
    callbacks : sequence of Callback
        Further observers, told after those of the run itself. What they raise ends it.
    spread : Spread, optional
        Workers that compute the shards of batches, of an experiment with ``training.shards``; default: this process.

    Returns
    -------
    dict
        The summary, as in ``summary.json``.

    Raises
    ------
    SimulatorError, DatasetError, ConfigError, RunFolderError, CheckpointError
        If the request is wrong; nothing has been computed.
    CannotLearnError
        If the network cannot learn with these settings, or has learned to run away.
    pynn_sfdfa.support.files.WriteError
        If something cannot be written; what was written before is whole.
    KeyboardInterrupt
        On Ctrl-C or SIGTERM, after a checkpoint.
    """
    folder.check(settings, resume=resume)
    if resume:
        before = config.load(folder.config)
        settings = written_down.as_in(before, thresholds.as_in(before, settings))
    setup = setup or {}
    sim = set_up(simulator, setup)
    if settings.training.shards is not None and not hasattr(sim, "sharded_training_engine"):
        raise config.ConfigError(
            f"training.shards = {settings.training.shards}: {simulator} learns one sample after the other, and has no "
            "batches to share out. Leave it out, or take --simulator event."
        )
    network, samples = assembly.build(settings, data, stream)
    settings = thresholds.recorded(settings, network)
    settings = written_down.recorded(settings, classes=samples.classes, sensor=samples.sensor)
    n, size = len(samples.train), settings.training.batch_size
    if size > n:
        print(
            f"training.batch_size = {size:,} is more than the {n:,} training samples: weights change once an epoch.",
            file=stream,
            flush=True,
        )
    with folder.sole_writer():
        folder.check(settings, resume=resume)  # once more: another process may have been here meanwhile
        return _train(settings, folder, network, samples, simulator, setup, resume, stream, callbacks, spread)


def _train(
    settings: Experiment,
    folder: RunFolder,
    network: Network,
    samples: Data,
    simulator: str,
    setup: Mapping[str, Any],
    resume: bool,
    stream: TextIO,
    observers: Sequence[Callback],
    spread: Spread | None,
) -> dict[str, float | int]:
    sim = load_simulator(simulator)
    callbacks = [progress_for(stream), MetricsLog(folder.metrics), *observers]
    probes = build_probes(settings, network, sim, samples.train)
    options = {"folder": folder.path, "callbacks": callbacks, "probes": probes}
    trainer = assembly.build_trainer(
        settings, network, _trained_on(sim, settings, spread), len(samples.train), **options
    )
    if spread is not None:
        n = min(settings.training.batch_sizes.at(1), len(samples.train))
        spread.check(presented(samples.train, range(n), 1))
    if resume:
        folder.check_checkpoints()
    folder.open(settings, report.provenance(simulator, setup))
    resume = resume and folder.last.exists()  # a run killed in its first epoch starts again
    epochs = settings.training.epochs
    history = trainer.fit(samples.train, samples.test, validation=samples.validation, epochs=epochs, resume=resume)
    records = history.records
    summary = report.summary(
        records,
        seed=settings.training.seed,
        threads=trainer.threads,
        n_parameters=sum(weights.size for weights in network.weights),
    )
    trainer.load(checkpoint.load(folder.best))
    quickly = {name: value for name, value in setup.items() if name != "standalone"}  # compiling takes much longer
    try:
        with announced(stream):
            layers = run_trial(network, sim, presented(samples.test, [0]), quickly)
    except RunawayError as error:  # training counts spikes up to a cap, which this has not
        raise CannotLearnError(
            f"The network runs away after its best epoch, number {history.best.epoch}. {error}"
        ) from None
    report.write_pictures(folder.path, settings, records, trainer.evaluate(samples.test), samples.test, layers, network)
    files.write_text(folder.summary, json.dumps(summary, indent=2) + "\n")
    _write_page(settings, folder, network, samples, history.records, stream)
    return summary


def _trained_on(sim: Any, settings: Experiment, spread: Spread | None) -> Any:
    """Return the simulator, or one that trains with batches in shards."""
    shards = settings.training.shards
    if shards is None:
        return sim
    workers = None if spread is None else spread.begin
    return SimpleNamespace(training_engine=partial(sim.sharded_training_engine, shards=shards, workers=workers))


def _write_page(
    settings: Experiment,
    folder: RunFolder,
    network: Network,
    samples: Data,
    records: Sequence[EpochRecord],
    stream: TextIO,
) -> None:
    """Write the page of the run; all else is on disk by now, and no fault of the page may take that away."""
    try:
        provenance = config.load(folder.config).provenance or {}
        run_page.write(folder.path / run_page.NAME, settings, network, samples, records, provenance)
    except files.WriteError:
        raise
    except Exception as error:
        print(
            f"The run is finished and whole, but its page could not be made ({type(error).__name__}: {error}). "
            f"To try again: pynn-sfdfa report {folder.path}",
            file=stream,
            flush=True,
        )
