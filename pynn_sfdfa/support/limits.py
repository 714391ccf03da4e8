"""Numbers beyond which the arithmetic of the simulators, which is in single precision, does not hold."""

from __future__ import annotations

__all__ = ["LARGEST_WEIGHT", "LEAST", "MOST"]

LARGEST_WEIGHT = 1e9
"""nA. A neuron adds up the weights of its arrivals and squares the sum, also of as many as an array can hold: (1e9 *
2**31)**2 is below 3.4e38, the largest number of single precision."""

LEAST, MOST = 1e-30, 1e15
"""Of any other setting that is not 0: it neither vanishes nor becomes infinite, and nor does its square or its product
with another setting."""
