"""Calls of kernels without numba's own look at their arguments."""

import numpy as np
import pytest
from numba import float32, float64, int32, int64, uint64

from pynn_sfdfa.support.jit import kernel
from pynn_sfdfa.support.jit.direct import Direct


@pytest.fixture
def scaled():
    """A kernel for a row of float32."""

    @kernel(float32[::1], float32, int64)
    def scale(row, by, first):
        total = 0.0
        for k in range(first, row.size):
            row[k] *= by
            total += row[k]
        return total

    return scale


def test_arguments_of_the_declared_types_compile_nothing_else(scaled):
    row = np.arange(4, dtype=np.float32)
    assert scaled(row, np.float32(2.0), 1) == 12.0
    assert row.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert scaled.signatures == [scaled.declared]


@pytest.mark.parametrize(
    ("row", "by", "first"),
    [
        (np.arange(4.0), np.float32(2.0), 1),
        (np.arange(8, dtype=np.float32)[::2] / 2, np.float32(2.0), 1),
        (np.arange(4, dtype=np.float32), 2.0, 1),
        (np.arange(4, dtype=np.float32), np.float32(2.0), np.uint64(1)),
    ],
    ids=["float64", "every other", "a double", "unsigned"],
)
def test_others_are_not_taken_for_them(scaled, row, by, first):
    assert scaled(row, by, first) == 12.0
    assert row.tolist() == [0.0, 2.0, 4.0, 6.0]


def test_scalars_of_every_type_can_be_declared():
    """Of those that are not looked at here, numba finds out the types."""

    @kernel(float64, int32, uint64)
    def add(one, two, three):
        return one + two + three

    assert add(0.5, np.int32(1), np.uint64(2)) == 3.5


def test_a_wrong_number_of_arguments_is_refused(scaled):
    with pytest.raises(TypeError):
        scaled(np.zeros(3, np.float32))


def test_kernels_of_a_training_are_called_so():
    from pynn_sfdfa.event.batch.forward import advance_layer

    assert isinstance(advance_layer, Direct)
