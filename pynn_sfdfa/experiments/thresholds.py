"""Thresholds that an experiment leaves to be chosen: chosen once, recorded in its settings, and taken from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.experiments.config import ConfigError
from pynn_sfdfa.training.thresholds import first_samples, fit_thresholds, initial_spikes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pynn_sfdfa.encoding.spikes import Presentations
    from pynn_sfdfa.experiments.schema import Experiment
    from pynn_sfdfa.network.network import Network

__all__ = ["as_in", "chosen", "given", "recorded", "to_choose"]


def to_choose(settings: Experiment) -> bool:
    """Return whether thresholds are yet to be chosen."""
    return bool(settings.network.auto_layers) and not settings.network.thresholds


def chosen(settings: Experiment, network: Network, train: Presentations) -> Network:
    """Return the network with thresholds chosen by the training samples that will be shown first.

    Raises
    ------
    ConfigError
        If a layer does not fire as often as it should by any threshold.
    """
    own = settings.network
    default = initial_spikes(network, settings.loss.build())
    tables = [*[own.hidden] * (len(network.layers) - 1), own.output]
    wanted = [
        (table.initial_spikes or spikes) if layer in own.auto_layers else None
        for layer, (table, spikes) in enumerate(zip(tables, default, strict=True))
    ]
    try:
        return fit_thresholds(network, first_samples(train, settings.training.seed), wanted)
    except ValueError as error:
        raise ConfigError(f"{settings.name}: {error}") from None


def given(settings: Experiment, network: Network) -> Network:
    """Return the network with the thresholds that have been chosen.

    Raises
    ------
    ConfigError
        If there are none and some are needed, or one is not valid.
    """
    if not settings.network.auto_layers:
        return network
    if to_choose(settings):
        raise ConfigError(
            f'{settings.name}: v_thresh = "auto" is chosen when a training starts, and network.thresholds, which says '
            "what was chosen, is missing. Train it first, or set v_thresh to a number."
        )
    try:
        return network.with_thresholds(_filled(network.thresholds, settings))
    except ValueError as error:
        raise ConfigError(f"{settings.name}: network.thresholds: {error}") from None


def recorded(settings: Experiment, network: Network) -> Experiment:
    """Return the settings with the thresholds that its network has where they were to be chosen."""
    if not settings.network.auto_layers:
        return settings
    return _with(settings, tuple(network.thresholds[layer] for layer in settings.network.auto_layers))


def as_in(before: Experiment, settings: Experiment) -> Experiment:
    """Return the settings with the thresholds that a run with the same ones has chosen, if they are to be chosen."""
    return _with(settings, before.network.thresholds) if to_choose(settings) else settings


def _filled(thresholds: Sequence[float], settings: Experiment) -> list[float]:
    filled = list(thresholds)
    for layer, own in zip(settings.network.auto_layers, settings.network.thresholds, strict=True):
        filled[layer] = own
    return filled


def _with(settings: Experiment, thresholds: tuple[float, ...]) -> Experiment:
    network = settings.network.model_copy(update={"thresholds": thresholds})
    return settings.model_copy(update={"network": network})
