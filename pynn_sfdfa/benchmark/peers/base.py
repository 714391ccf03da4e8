"""What is asked of a peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pynn_sfdfa.encoding.spikes import SpikeTrains
    from pynn_sfdfa.network.network import Network
    from pynn_sfdfa.training.losses import SpikeCount
    from pynn_sfdfa.training.optimizers import Adam

__all__ = ["STEP", "Peer", "PeerMaker"]

STEP = 2.0
"""Time step of simulators that need one, in ms."""


class Peer(Protocol):
    """A network of the same size that learns in its own way."""

    def learn(self, batch: SpikeTrains, epoch: int) -> float:
        """Learn from one batch, shown for the ``epoch``-th time, and return the seconds taken without encoding."""
        ...

    def respond(self, batch: SpikeTrains) -> tuple[NDArray[np.int64], float]:
        """Return the predictions, shape (samples,), and the seconds taken, encoding not counted."""
        ...


class PeerMaker(Protocol):
    """What the file of a peer offers as ``make``; it raises ImportError where the peer is not installed."""

    def __call__(self, network: Network, optimizer: Adam, loss: SpikeCount, threads: int, seed: int) -> Peer:
        """Return an untrained network with the sizes, time constants and trial duration of ``network``."""
        ...
