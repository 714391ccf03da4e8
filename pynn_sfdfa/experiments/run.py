"""One training run from settings to a folder of results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pynn_sfdfa.common.simulators import load_simulator, set_up
from pynn_sfdfa.encoding.spikes import presented
from pynn_sfdfa.experiments import assembly, config, report, thresholds
from pynn_sfdfa.experiments.page import run_page
from pynn_sfdfa.experiments.probes import build_probes
from pynn_sfdfa.experiments.progress import progress_for
from pynn_sfdfa.experiments.run_folder import MetricsLog
from pynn_sfdfa.experiments.single_trial import run_trial
from pynn_sfdfa.support import files
from pynn_sfdfa.support.jit import announced
from pynn_sfdfa.training import checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.experiments.assembly import Data
    from pynn_sfdfa.experiments.run_folder import RunFolder
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.callbacks import Callback, EpochRecord

__all__ = ["train"]


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

    Returns
    -------
    dict
        The summary, as in ``summary.json``.

    Raises
    ------
    SimulatorError, DatasetError, ConfigError, RunFolderError, CheckpointError
        If the request is wrong; nothing has been computed.
    CannotLearnError
        If the network cannot learn with these settings.
    pynn_sfdfa.support.files.WriteError
        If something cannot be written; what was written before is whole.
    KeyboardInterrupt
        On Ctrl-C or SIGTERM, after a checkpoint.
    """
    folder.check(settings, resume=resume)
    if resume:
        settings = thresholds.as_in(config.load(folder.config), settings)
    setup = setup or {}
    set_up(simulator, setup)
    network, samples = assembly.build(settings, data, stream)
    settings = thresholds.recorded(settings, network)
    with folder.sole_writer():
        folder.check(settings, resume=resume)  # once more: another process may have been here meanwhile
        return _train(settings, folder, network, samples, simulator, setup, resume, stream, callbacks)


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
) -> dict[str, float | int]:
    sim = load_simulator(simulator)
    callbacks = [progress_for(stream), MetricsLog(folder.metrics), *observers]
    probes = build_probes(settings, network, sim, samples.train)
    options = {"folder": folder.path, "callbacks": callbacks, "probes": probes}
    trainer = assembly.build_trainer(settings, network, sim, len(samples.train), **options)
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
    with announced(stream):
        layers = run_trial(network, sim, presented(samples.test, [0]), quickly)
    report.write_pictures(folder.path, settings, records, trainer.evaluate(samples.test), samples.test, layers, network)
    files.write_text(folder.summary, json.dumps(summary, indent=2) + "\n")
    _write_page(settings, folder, network, samples, history.records, stream)
    return summary


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
