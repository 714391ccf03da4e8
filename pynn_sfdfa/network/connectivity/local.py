"""Windows of an image, each seen through weights of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pynn_sfdfa.common.needs import Need
from pynn_sfdfa.network.connectivity.convolution import Convolution
from pynn_sfdfa.network.connectivity.not_in_nir import NotInNIR

__all__ = ["Local"]


@dataclass(frozen=True)
class Local(NotInNIR, Convolution):
    """As `Convolution`, but every window has weights of its own, so that each synapse can learn by itself.

    Its weights have the shape (windows, channels below * vertical * horizontal, channels).

    Parameters
    ----------
    channels : int
        Neurons of each window.
    kernel, stride : int or pair of int
        Size of a window, and the distance between neighbours; a pair is (vertical, horizontal).
    padding : int or pair of int
        Rows and columns without units on each side of the layer below.
    cell : Cell
        What the neurons are.
    """

    name: ClassVar[str] = "local"
    shared: ClassVar[bool] = False
    instead: ClassVar[str] = (
        "NIR has no windows with weights of their own. Train with Convolution, or export a PyNN script (--format pynn)."
    )

    @property
    def needs(self) -> frozenset[Need]:
        """Neurons that see a part of the layer below; see `Connectivity.needs`."""
        return frozenset({Need.SITES})
