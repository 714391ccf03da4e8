from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa.encoding.drawn import EncodedWhenShown
from pynn_sfdfa.encoding.poisson_grid import PoissonGrid


@pytest.mark.parametrize(("n", "value", "silent"), [(0, 0.0, True), (3, 0.0, True), (3, 255.0, False)])
def test_samples_are_silent_if_none_has_a_spike_also_without_any(n, value, silent):
    shown = EncodedWhenShown(PoissonGrid(duration=10.0), np.full((n, 4), value), np.zeros(n, np.int64))
    assert shown.silent is silent
