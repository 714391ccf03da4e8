"""Structures and number formats: C, on each target, and Python mean the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from c_kernels import HERE, build
from toolchain import layouts

from pynn_sfdfa.hardware.arithmetic import VARIABLES, Formats, NeuronConstants
from pynn_sfdfa.hardware.arithmetic.float32 import FloatConstants


@pytest.fixture(scope="module")
def library(target):
    return build(target, extra=(HERE / "layouts.c",))


NAMES = ["tally", "constants", "neuron", "spike", "replay"]
FLOAT_NAMES = ["float_constants", "float_learning", "float_neuron", "float_spike", "float_replay"]


@pytest.mark.parametrize("name", [*NAMES, *FLOAT_NAMES])
def test_fields_lie_where_python_says(library, name):
    kind = getattr(layouts, name.upper())
    expected = [kind.itemsize, *(kind.fields[field][1] for field in kind.names)]
    found = np.zeros(len(expected), np.uint32)
    library.call(f"layout_of_{name}", found)
    assert found.tolist() == expected


def test_constants_are_those_of_the_specification():
    assert layouts.CONSTANTS.names == NeuronConstants._fields
    assert layouts.FLOAT_CONSTANTS.names == FloatConstants._fields


def test_counters_are_those_of_the_specification(library):
    assert library.call("variables") == len(VARIABLES)
    assert layouts.TALLY["saturated"].shape == layouts.TALLY["vanished"].shape == (len(VARIABLES),)


def test_default_formats_are_those_of_the_specification(library):
    expected = dataclasses.astuple(Formats())
    found = np.zeros(len(expected), np.int32)
    library.call("default_formats", found)
    assert found.tolist() == list(expected)
