"""The C kernels behind the names and the int64 arrays of the specification in Python."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from toolchain import layouts
from toolchain.build import build_for_core, build_for_host
from toolchain.compilers import MissingCompilerError, cross_compiler
from toolchain.core import CoreKernels
from toolchain.host import HostKernels
from toolchain.layouts import narrow, structures
from toolchain.processors import PROCESSORS

from pynn_sfdfa.hardware.arithmetic import Formats

FORMATS = {
    "default": Formats(),
    "stochastic": Formats(weight=11, weight_bits=16, stochastic=True),
    "coarse": Formats(
        state=18, input=12, weight=10, weight_bits=16, grade=12, factor=20, change=20, error=10, feedback=20
    ),
    "wide": Formats(state=20, input=20, weight=20, change=24, grade=20, factor=30, error=16, feedback=24),
}

HERE = Path(__file__).parent


def build(target, formats=None, extra=(), count=False):
    """Return the kernels on a target; skip the test without a cross compiler, which CI must have."""
    if target == "host":
        return HostKernels(build_for_host(formats, extra))
    require_cross_compiler()
    processor = PROCESSORS[target]
    return CoreKernels(build_for_core(formats, extra, processor), count, processor)


def require_cross_compiler():
    try:
        cross_compiler()
    except MissingCompilerError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


class CKernels:
    """The kernels of one target: each takes and changes int64 arrays, as its counterpart in Python does."""

    def __init__(self, library, formats):
        self.call, self.formats = library.call, formats
        self.weight_type = np.dtype(f"<i{formats.weight_bits // 8}")
        self.tally = np.zeros(1, layouts.TALLY)

    def counts(self):
        return np.stack([self.tally["saturated"][0], self.tally["vanished"][0]]).astype(np.int64)

    def clear(self):
        self.tally[:] = 0

    def row(self, values):
        out = np.asarray(values).astype(self.weight_type)
        assert np.array_equal(out, values)
        return out

    def neurons(self, state, perturbation):
        names = ("A", "B", "D", "directional", "count")
        return structures(
            layouts.NEURON, {name: getattr(state, name) for name in names} | {"perturbation": perturbation}
        )

    def arrive(self, row, grade, state):
        total, graded = narrow(state.total), state.graded.copy()
        if grade:
            self.call("sfdfa_arrive_graded", self.row(row), grade, total, graded, row.size)
        else:
            self.call("sfdfa_arrive", self.row(row), total, row.size)
        return total, graded

    def take_up(self, state):
        neurons, total, graded = self.neurons(state, 0), narrow(state.total), state.graded.copy()
        self.call("sfdfa_take_up", neurons, total, graded, neurons.size, self.tally)
        return neurons, total, graded

    def tick(self, state, perturbation, constants, now):
        neurons = self.neurons(state, perturbation)
        spikes, grades = np.zeros(neurons.size, layouts.SPIKE), np.zeros(neurons.size, np.int32)
        n = self.call("sfdfa_tick", self.constants(constants), neurons, neurons.size, now, spikes, grades, self.tally)
        return neurons, spikes[:n], grades[:n]

    def constants(self, constants):
        return structures(layouts.CONSTANTS, {name: [value] for name, value in constants._asdict().items()})

    def replay(self, state):
        return structures(layouts.REPLAY, {name: getattr(state, name) for name in ("S1", "S2", "delta")})
