"""What an experiment measures after each epoch besides the usual figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.training.gradients import GradientAlignment

if TYPE_CHECKING:
    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.gradients import Probe

__all__ = ["build_probes"]


def build_probes(settings: Experiment, network: Network, sim: Any, train: Presentations) -> list[Probe]:
    """Return the probes of ``[metrics]``, for the first of the training samples.

    Raises
    ------
    ConfigError
        If there are fewer training samples than are asked for, or the simulator has no gradients.
    """
    n = None if settings.metrics is None else settings.metrics.gradient_alignment
    if n is None:
        return []
    if n > len(train):
        raise ConfigError(
            f"metrics.gradient_alignment = {n} is not valid: there are {len(train)} training samples; give fewer."
        )
    rule, loss = settings.rule.build(), settings.loss.build()
    try:
        return [GradientAlignment(network, rule, loss, train.select(np.arange(n)), sim)]
    except ValueError as error:
        raise ConfigError(f"metrics.gradient_alignment = {n}: {error}") from None
