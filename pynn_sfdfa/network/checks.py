"""What is given in the place of a network."""

from __future__ import annotations

from typing import Any

from pynn_sfdfa.support.wording import quoted

__all__ = ["check_network"]


def check_network(given: Any) -> None:
    """Raise TypeError unless a network is given; what has one is told how it is got from there."""
    from pynn_sfdfa.network.network import Network  # loads PyNN, which settings are read without

    if isinstance(given, Network):
        return
    own = isinstance(getattr(given, "network", None), Network)
    one = "that of this one, .network" if own else "such as FeedForward([64, 100, 10])"
    raise TypeError(f"network = {quoted(given)} is not valid; give a Network, {one}.")
