"""The data set of an experiment: downloaded where it is missing, its recordings as spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa import datasets
from pynn_sfdfa.datasets.kept import as_spikes
from pynn_sfdfa.encoding.as_they_are import AsTheyAre
from pynn_sfdfa.encoding.recordings import Recordings
from pynn_sfdfa.experiments.download_progress import DownloadProgress

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.datasets import Dataset
    from pynn_sfdfa.encoding import Encoder
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["loaded"]


def loaded(settings: Experiment, folder: Path | None, stream: TextIO) -> tuple[Dataset, Encoder]:
    """Return the data set of an experiment and the encoder that its samples still need.

    Recordings, such as sounds, are encoded by now, so that they need none (`AsTheyAre`).

    Parameters
    ----------
    settings : Experiment
    folder : Path, optional
        Where to look for data first.
    stream : text file
        Where downloads are shown, and that recordings are encoded.

    Raises
    ------
    pynn_sfdfa.datasets.DatasetError
        If the data cannot be found, read, trusted or encoded.
    """
    data = settings.data
    with DownloadProgress(stream) as progress:
        dataset = datasets.load(data.name, folder, leave_out=data.leave_out, sensor=data.sensor, progress=progress)
    encoder: Encoder = settings.encoding.build()
    if isinstance(dataset.train, Recordings):
        return as_spikes(dataset, encoder, lambda line: print(line, file=stream, flush=True)), AsTheyAre()
    return dataset, encoder
