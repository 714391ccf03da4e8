"""Every neuron sees a window of the layer below, with weights of its own: what a chip can learn locally."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pynn_sfdfa.network.connectivity.convolution import Convolution

__all__ = ["Local"]


@dataclass(frozen=True)
class Local(Convolution):
    """As `Convolution`, but no weights are shared: they have the shape (positions, units of a window, channels).

    Parameters
    ----------
    channels : int
        Neurons at a position.
    kernel, stride : int or (int, int)
        Height and width of the window, and the distance between neighbours; windows must end where the image does.
    padding : int or (int, int)
        Rows and columns without units on each side of the image.
    cell : Cell

    Raises
    ------
    ValueError
        If a parameter is not valid; shapes are checked when the network is built.
    """

    name: ClassVar[str] = "local"
    shared: ClassVar[bool] = False
