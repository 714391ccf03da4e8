"""Settings that are valid but change nothing in an experiment, as another setting decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynn_sfdfa.experiments.config import ConfigError, load
from pynn_sfdfa.support.wording import short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynn_sfdfa.experiments.schema import Experiment

__all__ = ["load_effective", "without_effect"]


def without_effect(settings: Experiment, key: str) -> str | None:
    """Return why a key, such as ``rules.dfa.rho``, changes nothing, and what to do; None if it changes something."""
    path = [part.strip() for part in key.split(".")]
    rule, layers = settings.learning.rule, [layer for layer in settings.network.layers if not layer.sums]
    if len(path) > 1 and path[0] == "rules" and path[1] != rule:
        return f"learning.rule is {rule}; change rules.{rule}, or set learning.rule={path[1]}, too"
    if path == ["network", "hidden", "v_thresh"] and layers and all(layer.v_thresh is not None for layer in layers):
        return "each of [[network.layers]] has a v_thresh of its own; change it there, in a TOML file"
    return None


def load_effective(source: str, overrides: Iterable[str] = ()) -> Experiment:
    """Read an experiment that is used as it is; see `pynn_sfdfa.experiments.config.load`.

    Raises
    ------
    ConfigError
        As of `load`, or if a setting in ``overrides`` changes nothing.
    """
    given = list(overrides)
    settings = load(source, given)
    for override in given:
        reason = without_effect(settings, override.partition("=")[0])
        if reason is not None:
            raise ConfigError(f"--set {short(override)} changes nothing: {reason}.")
    return settings
