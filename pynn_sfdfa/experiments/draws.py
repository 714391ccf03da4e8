"""The test samples of an experiment with their spikes drawn several times, by a seed each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pynn_sfdfa.encoding import ENCODERS
from pynn_sfdfa.experiments import assembly
from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.experiments.loading import loaded
from pynn_sfdfa.support.settings import annotated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["seeds", "test_samples"]


def seeds(settings: Experiment, draws: int) -> list[int]:
    """Return the seeds of so many draws: that of the experiment's encoder, and those that follow.

    Raises
    ------
    ConfigError
        If the encoder draws nothing.
    """
    encoder = settings.encoding.build()
    if "seed" not in annotated(type(encoder)):
        drawing = [name for name, other in ENCODERS.items() if "seed" in annotated(other)]
        raise ConfigError(
            f"The encoder {encoder.name} of {settings.name} draws nothing, so that all draws of the test samples are "
            f"the same: leave --draws out. Encoders that draw are {', '.join(drawing)}."
        )
    return [(encoder.seed + k) % 2**32 for k in range(draws)]


def test_samples(
    settings: Experiment, folder: Path | None, stream: TextIO, seeds: Sequence[int]
) -> Iterator[Presentations]:
    """Yield the test samples with their spikes as drawn by each seed.

    Parameters
    ----------
    settings, folder, stream
        As for `loaded`.
    seeds : sequence of int
    """
    dataset, _ = loaded(settings, folder, stream)
    for seed in seeds:
        yield assembly.encoded(dataset.test, replace(settings.encoding.build(), seed=seed), dataset.source)
