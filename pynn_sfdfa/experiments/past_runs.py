"""Pages of runs from what lies in their folders, finished or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pynn_sfdfa.experiments import assembly, config, run_log
from pynn_sfdfa.experiments.page import comparison, run_page
from pynn_sfdfa.experiments.run_folder import RunFolder, RunFolderError
from pynn_sfdfa.support.jit import announced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.training.callbacks import EpochRecord

__all__ = ["write_comparison", "write_page"]


def write_page(path: Path, data: Path | None, out: Path | None, stream: TextIO) -> Path:
    """Write the page of the run in a folder; return where it is.

    Parameters
    ----------
    path : Path
        The folder.
    data : Path, optional
        Folder with data sets.
    out : Path, optional
        Default: ``report.html`` in the run's folder.
    stream : text file
        Where progress is shown.

    Raises
    ------
    RunFolderError
        If the folder holds no run with a finished epoch.
    DamagedRunError, ConfigError, CheckpointError, DatasetError
        If a file of the run cannot be used, or its data cannot be found.
    pynn_sfdfa.support.files.WriteError
        If the page cannot be written.
    """
    settings, records = _read(path)
    folder = RunFolder(path)
    of_checkpoint, saved = assembly.from_checkpoint(folder.best)
    network, samples = assembly.build(of_checkpoint, data, stream, "evaluate")
    assembly.restore(network, saved, folder.best)
    out = path / run_page.NAME if out is None else out
    with announced(stream):
        provenance = config.load(folder.config).provenance or {}
        run_page.write(out, settings, network, samples, records, provenance)
    return out


def write_comparison(paths: Sequence[Path], out: Path) -> Path:
    """Write the page of the runs in several folders; return where it is. Raises what `write_page` does."""
    names = _names(paths)
    read = [_read(path) for path in paths]
    runs = [comparison.Compared(name, *found) for name, found in zip(names, read, strict=True)]
    comparison.write(out, runs)
    return out


def _names(paths: Sequence[Path]) -> list[str]:
    """Return what runs are called: the names of their folders, with as much before them as tells them apart."""
    parts = [path.resolve().parts for path in paths]
    if len(set(parts)) < len(parts):
        twice = next(path for path, own in zip(paths, parts, strict=True) if parts.count(own) > 1)
        raise RunFolderError(f"{twice} is named twice; name each run once.")
    length = 1
    while len({own[-length:] for own in parts}) < len(parts):
        length += 1
    return [str(Path(*own[-length:])) for own in parts]


def _read(path: Path) -> tuple[Experiment, tuple[EpochRecord, ...]]:
    folder = RunFolder(path)
    if not folder.config.exists():
        raise RunFolderError(f"{path} holds no run; name the folder of one, such as runs/digits-sfdfa-seed1.")
    settings = config.load(folder.config)
    records = run_log.records(folder.metrics)
    if not records:
        raise RunFolderError(f"{path} has no finished epoch yet, so there is nothing to show.")
    return settings, records
