"""The workers that ``pynn-sfdfa train`` is told to train with."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from pynn_sfdfa.experiments.run import Spread

__all__ = ["SHARDS", "spread"]

SHARDS = 16
"""Of a batch, for experiments that do not say it: as many workers can take part."""


@contextmanager
def spread(workers: int | None, scheduler: str | None, threads: int | None, stream: TextIO) -> Iterator[Spread | None]:
    """Yield the workers, each with so many threads; None if none are asked for.

    Raises
    ------
    pynn_sfdfa.campaign.errors.CampaignError
        If they cannot be had.
    """
    if workers is None and scheduler is None:
        yield None
        return
    from pynn_sfdfa.campaign.errors import CampaignError
    from pynn_sfdfa.campaign.runner import cores

    if workers is not None and scheduler is not None:
        raise CampaignError(
            "--workers is for this machine; a scheduler has workers of its own: leave out one of the two."
        )
    if workers is not None and workers > cores():
        raise CampaignError(f"--workers {workers} is more than this machine's {cores()} cores; choose 1 to {cores()}.")
    if find_spec("distributed") is None:
        raise CampaignError("Workers need Dask: pip install 'pynn-sfdfa[sweep]', or train without.")
    from pynn_sfdfa.campaign import data_parallel  # slow to import

    if scheduler is not None:
        with data_parallel.on_workers_of(scheduler, threads or 1, stream) as there:
            yield there
    elif workers is not None:
        with data_parallel.on_this_machine(workers, threads or cores() // workers, stream) as here:
            yield here
