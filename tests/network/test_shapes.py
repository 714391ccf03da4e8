from __future__ import annotations

import numpy as np
import pytest

from pynn_sfdfa import Input
from pynn_sfdfa.network.shapes import checked_shape, units


def test_a_shape_is_a_tuple_of_int():
    assert checked_shape([1, np.int32(28), 28.0], "Input") == (1, 28, 28)
    assert units((2, 3, 4)) == 24
    assert Input([3, 4]) == Input((3, 4))
    assert Input((3, 4)).size == 12


@pytest.mark.parametrize("shape", [784, (), (0,), (4, -1), (2.5,), "abc", None, (np.nan,)])
def test_what_is_no_shape_is_refused_with_an_example(shape):
    with pytest.raises(ValueError, match=r"^Input: shape = .* is not valid; .* such as \(784,\) or \(1, 28, 28\)"):
        Input(shape)
