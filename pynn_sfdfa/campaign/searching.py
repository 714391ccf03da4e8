"""Executing the trials of a search: one after the other in this process, or side by side on Dask."""

from __future__ import annotations

import time
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pynn_sfdfa import datasets
from pynn_sfdfa.campaign import pruning, runner
from pynn_sfdfa.campaign.errors import CampaignError
from pynn_sfdfa.campaign.execution import execute
from pynn_sfdfa.campaign.progress import scores
from pynn_sfdfa.campaign.pruning import PrunedHere
from pynn_sfdfa.campaign.spec import RunSpec
from pynn_sfdfa.campaign.sweep import SweepError
from pynn_sfdfa.experiments.layers import placed_layers
from pynn_sfdfa.experiments.loading import loaded
from pynn_sfdfa.experiments.run_folder import RunFolder
from pynn_sfdfa.hardware.cores import cores_needed
from pynn_sfdfa.network.connectivity import Dense
from pynn_sfdfa.support.interrupts import deferred_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from distributed import Client, Future

    from pynn_sfdfa.campaign.execution import Outcome
    from pynn_sfdfa.campaign.search import Search, TrialRun
    from pynn_sfdfa.campaign.sweep import Sweep
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["run_search"]

_BETWEEN_LOOKS = 0.1  # s; what a run does until it is told that it is given up is lost


def run_search(
    sweep: Sweep,
    folder: Path,
    *,
    data: Path | None,
    stream: TextIO,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Search:
    """Bring a search to its end, from wherever its folder shows it to be.

    Parameters
    ----------
    sweep : Sweep
        With ``method = "tpe"``.
    folder : Path
        Made if it is missing.
    data, stream, workers, scheduler
        As `pynn_sfdfa.campaign.runner.run_all` takes them.

    Returns
    -------
    Search
        All of whose trials have ended.

    Raises
    ------
    CampaignError
        As `run_all` does, or if Optuna is missing, or there is no estimate of the cores that are to be minimised.
    SweepError
        As `Search` does, and if no training samples are held out and the data have no validation samples either.
    RunFolderError, DatasetError, pynn_sfdfa.support.files.WriteError, KeyboardInterrupt
        As `run_all` does.
    """
    if find_spec("optuna") is None:
        raise CampaignError(
            "method = \"tpe\" needs Optuna: pip install 'pynn-sfdfa[sweep]'. Without it, leave out method: "
            "values are then drawn at random."
        )
    from pynn_sfdfa.campaign.search import Search, check  # an optional dependency, and slow to import

    for settings in {one.data: one for one in check(sweep)}.values():  # each data set is looked at once
        if loaded(settings, data, stream)[0].validation is None:
            raise SweepError(
                f'{sweep.path}: method = "tpe" chooses by samples that are neither learned nor tested, and '
                f"{settings.data.name} has none of its own; hold some training samples out, such as "
                "data.validation = 0.1 under [set]."
            )
    at_once = runner.runs_at_once(workers, scheduler, sweep.draws)
    spec = RunSpec(sweep.settings({key: own.values[-1] for key, own in sweep.random.items()}, sweep.seeds[0]), folder)
    runner.check_data([spec], data, stream, 1 if scheduler else at_once)
    cores = _counter_of_cores(spec.settings, data) if sweep.minimise else None
    with RunFolder(folder).sole_writer():
        search = Search(sweep, folder, cores)
        if scheduler is None and at_once == 1:
            _run_here(search, sweep.draws, data, stream)
            return search
        from pynn_sfdfa.campaign import cluster

        absolute = None if data is None else data.resolve()
        if scheduler is not None:
            with cluster.existing_cluster(scheduler) as client:
                n_workers = len(client.scheduler_info(n_workers=-1)["workers"])
                _run_side_by_side(search, sweep.draws, client, n_workers, absolute, None, stream)
        else:
            with cluster.local_cluster(at_once) as client:
                threads = runner.cores() // at_once
                _run_side_by_side(search, sweep.draws, client, at_once, absolute, threads, stream)
    return search


def _counter_of_cores(settings: Experiment, data: Path | None) -> Callable[[Experiment], int]:
    """Return what counts the cores of a network of these settings, on SpiNNaker at 1 ms."""
    dataset = datasets.load(settings.data.name, data, sensor=settings.data.sensor)
    n_inputs = settings.encoding.build().n_units(dataset.n_inputs)

    def cores(of: Experiment) -> int:
        layers = placed_layers(of.network, n_inputs, dataset.n_classes)
        if not all(isinstance(layer.connectivity, Dense) for layer in layers):
            raise CampaignError(
                'minimise = "cores" is for dense layers; for others there is no estimate. Leave it out.'
            )
        delay = max(1, round(of.network.delay))
        try:
            return cores_needed([n_inputs, *(layer.size for layer in layers)], round(of.network.trial_duration), delay)
        except ValueError as error:
            raise CampaignError(f'minimise = "cores": {error} Choose smaller layers, or leave it out.') from None

    cores(settings)
    return cores


def _run_here(search: Search, draws: int, data: Path | None, stream: TextIO) -> None:
    for trial in _trials(search):
        spec = trial.run.spec
        print(f"trial {trial.number + 1} of {draws}: {_shown(trial)}", file=stream, flush=True)
        threads = spec.settings.training.threads or runner.cores()
        watch = PrunedHere(partial(search.goes_on, trial))
        outcome = execute(spec, data=data, threads=threads, stream=stream, callbacks=[watch])
        search.end(trial, outcome)
        if outcome.error is not None:
            print(f"{spec.name} {_ended(outcome)}", file=stream, flush=True)


def _trials(search: Search) -> Iterator[TrialRun]:
    yield from search.interrupted()
    while (trial := search.next()) is not None:
        yield trial


def _run_side_by_side(
    search: Search,
    draws: int,
    client: Client,
    at_once: int,
    data: Path | None,
    threads: int | None,
    stream: TextIO,
) -> None:
    from pynn_sfdfa.campaign import cluster

    def say(text: str) -> None:
        print(f"{text}  [{search.count()} of {draws} trials]", file=stream, flush=True)

    trials, more = _trials(search), True
    running: dict[int, tuple[TrialRun, Future]] = {}
    seen: dict[int, int] = {}
    # An exception out of a signal handler that strikes while Dask runs code of its own can be lost; a flag cannot.
    with deferred_interrupt() as interrupted:
        while more or running:
            while more and len(running) < at_once:
                trial = next(trials, None)
                if trial is None:
                    more = False
                    break
                spec = RunSpec(trial.run.spec.settings, trial.run.spec.folder.resolve())
                own = threads or spec.settings.training.threads or 1
                running[trial.number] = (trial, cluster.submit(client, spec, data, own, prunable=True))
                seen[trial.number] = 0
                say(f"{spec.name}  {_shown(trial)}")
            time.sleep(_BETWEEN_LOOKS)
            if interrupted.is_set():
                raise KeyboardInterrupt
            for number, (trial, future) in list(running.items()):
                done = future.done()  # before its file is read: what it says is then all there is
                spec = trial.run.spec
                for epoch, score in scores(spec)[seen[number] :]:
                    seen[number] = epoch
                    if not search.goes_on(trial, epoch, score):
                        pruning.tell(spec.folder)
                    say(f"{spec.name}  epoch {epoch}/{spec.epochs}  held out {100 * score:.2f} %")
                if done:
                    outcome = cluster.outcome(spec, future)
                    search.end(trial, outcome)
                    del running[number]
                    say(f"{spec.name}  {_ended(outcome)}")


def _ended(outcome: Outcome) -> str:
    if outcome.error is None:
        return "finished"
    return outcome.error if outcome.pruned else f"failed: {outcome.error}"


def _shown(trial: TrialRun) -> str:
    return ", ".join(f"{key} = {value}" for key, value in trial.run.values.items())
