"""``[[network.layers]]``: hidden layers that are not all dense, from the lowest up."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pynn_sfdfa.experiments.auto_threshold import AUTO, Threshold
from pynn_sfdfa.experiments.sections import Section
from pynn_sfdfa.support.limits import LARGEST_WEIGHT
from pynn_sfdfa.support.settings import Count, Range

__all__ = ["LayerTable"]


def _both(value: Any) -> Any:
    """Return a whole number as the pair of it, and anything else as it is."""
    return (value, value) if type(value) is int else value


_Edge = Annotated[int, Field(ge=0, lt=2**31)]
_Lengths = Annotated[tuple[Count, Count], Field(strict=False), BeforeValidator(_both)]
_Edges = Annotated[tuple[_Edge, _Edge], Field(strict=False), BeforeValidator(_both)]

_OF_KIND = {
    "convolution": ({"channels", "kernel"}, {"stride", "padding"}),
    "local": ({"channels", "kernel"}, {"stride", "padding"}),
    "pooling": ({"size"}, {"weight"}),
    "dense": ({"neurons"}, set()),
}
"""What each kind must have, and what it may have beside a threshold and a range of weights."""


class LayerTable(Section):
    """A hidden layer; its cells are those of ``[network.hidden]``, but for their threshold."""

    kind: Literal["convolution", "local", "pooling", "dense"]
    channels: Count | None = Field(None, description="neurons at a position; of a convolution or a local layer")
    kernel: _Lengths | None = Field(None, description="of its windows, one length or [height, width]")
    stride: _Lengths | None = Field(None, description="between its windows; default: 1")
    padding: _Edges | None = Field(None, description="rows and columns without units at each side; default: 0")
    size: _Lengths | None = Field(None, description="of the windows of a pooling, which lie side by side")
    weight: float | None = Field(
        None, gt=0, le=LARGEST_WEIGHT, description="nA, of a pooling with spiking units; without it, it sums"
    )
    neurons: Count | None = Field(None, description="of a dense layer")
    v_thresh: Threshold | None = Field(
        None, description=f'mV, or "{AUTO}": chosen from the first training samples; default: that of [network.hidden]'
    )
    weights: Range | None = Field(None, description="nA; default: those of [network]")

    @model_validator(mode="after")
    def _check_kind(self) -> LayerTable:
        must, may = _OF_KIND[self.kind]
        given = {name for name in type(self).model_fields if getattr(self, name) is not None} - {"kind"}
        for name in sorted(must - given):
            raise ValueError(f"{name} is missing, which kind = {self.kind!r} needs")
        allowed = must | may
        if not self.sums:
            allowed |= {"v_thresh"}
        if self.kind != "pooling":  # whose weight is fixed
            allowed |= {"weights"}
        for name in sorted(given - allowed):
            what = "a pooling that sums" if self.sums else f"kind = {self.kind!r}"
            raise ValueError(f"{name} means nothing for {what}; it has {', '.join(sorted(allowed))}")
        return self

    @property
    def sums(self) -> bool:
        """Whether it has no neurons."""
        return self.kind == "pooling" and self.weight is None

    @property
    def label(self) -> str:
        """The layer as the literature writes it, 15C5 or P2."""
        vertical, horizontal = self.size or self.kernel or (0, 0)
        lengths = f"{vertical}" if vertical == horizontal else f"{vertical}x{horizontal}"
        return {
            "convolution": f"{self.channels}C{lengths}",
            "local": f"{self.channels}L{lengths}",
            "pooling": f"P{lengths}",
            "dense": f"{self.neurons}",
        }[self.kind]
