"""Jobs on the EBRAINS neuromorphic platform: SpiNNaker without a machine of one's own."""

from __future__ import annotations
