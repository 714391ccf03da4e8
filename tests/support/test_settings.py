from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.experiments.sections import section
from pynn_sfdfa.support.settings import (
    Count,
    Duration,
    MayBeLeftOut,
    NotNegative,
    Positive,
    Range,
    Settings,
    Times,
    doc,
)

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Inner(Settings):
    size: Count = 3


@dataclass(frozen=True, kw_only=True)
class Everything(Settings):
    rate: Annotated[Positive, doc("Hz")] = 1.0
    strength: NotNegative = 0.0
    count: Annotated[Count, MayBeLeftOut()] = 1
    duration: Duration = 1.0
    bounds: Range = (-1.0, 1.0)
    times: Times | None = None
    switch: bool = False
    form: Literal["round", "square"] = "round"
    label: str = "x"
    perhaps: Positive | None = None
    inner: Inner = field(default_factory=Inner)

    @staticmethod
    def contradiction(values):
        return "strength must not exceed rate" if values.strength > values.rate else None


WRONG = [
    ("rate", 0.0, "must be > 0 (Hz)"),
    ("rate", float("nan"), "must be a finite number (Hz)"),
    ("rate", "fast", "must be a number (Hz)"),
    ("rate", True, "must be a number (Hz)"),
    ("rate", None, "must be a number (Hz)"),
    ("rate", 1e-31, "must be 0 or of a magnitude between 1e-30 and 1e+15, for simulators compute in single precision"),
    ("strength", -0.5, "must be >= 0"),
    ("count", 0, "must be >= 1"),
    ("count", 2**31, "must be < 2147483648"),
    ("count", 1.5, "must be a whole number"),
    ("count", True, "must be a whole number"),
    ("duration", 1e10, "must be <= 1e+09"),
    ("bounds", (1.0, -1.0), "the first number must be smaller than the second"),
    ("bounds", (-1e10, 1.0), "weights must lie between -1e+09 and 1e+09 nA"),
    ("bounds", 3.0, "must be an array, such as [100] or [-1.0, 1.0]"),
    ("times", -1.0, "must be one time or an array of times >= 0"),
    ("times", [[1.0]], "must be one time or an array of times >= 0"),
    ("switch", 1, "must be true or false"),
    ("label", 3, "must be a string"),
    ("perhaps", -1.0, "must be > 0"),
]
"""Values that neither Python nor a file may give, and why."""


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
def test_python_and_files_have_the_same_limits_and_words(name, value, reason):
    with pytest.raises(ValueError, match=r"^Everything: ") as caught:
        Everything(**{name: value})
    told = str(caught.value)
    assert told.startswith(f"Everything: {name} = {value!r} is not valid: {reason}")
    given_in_a_file = FILE | {name: list(value) if isinstance(value, tuple) else value}
    with pytest.raises(ValueError, match=name):
        section(Everything, named=False)(**given_in_a_file)


FILE = {"rate": 1.0, "strength": 0.0, "duration": 1.0, "bounds": [-1.0, 1.0], "inner": {"size": 3}}
"""What a file must state: the numbers, and tables that have some."""


def test_a_file_must_state_the_numbers_and_may_leave_out_the_rest():
    table = section(Everything, named=False)
    assert table(**FILE).build() == Everything()
    for name in FILE:
        with pytest.raises(ValueError, match=f"{name}\n  Field required"):
            table(**{key: value for key, value in FILE.items() if key != name})


@pytest.mark.parametrize("values", [{}, {"form": "oval"}, {"inner": 3}, {"bounds": (1.0, 2.0, 3.0)}])
def test_choices_and_settings_within_settings_are_checked(values):
    if values:
        with pytest.raises(
            ValueError, match="choose one of round, square|must be an instance of Inner|must have 2 elements"
        ):
            Everything(**values)
    assert Everything(form="square", inner=Inner(5)).inner.size == 5
    with pytest.raises(ValueError, match="Inner: size = 0 is not valid: must be >= 1"):
        Everything(inner=Inner(0))


def test_values_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match=r"^Everything: strength must not exceed rate\.$"):
        Everything(strength=2.0)
    with pytest.raises(ValueError, match="strength must not exceed rate"):
        section(Everything, named=False)(**FILE | {"strength": 2.0})


def test_numbers_of_numpy_are_numbers():
    made = Everything(rate=np.float32(2.0), count=np.int64(4), bounds=(np.float32(-1), np.float64(1)), times=(1, 2.5))
    assert (made.rate, made.count) == (2.0, 4)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_python_and_files_accept_the_same_values(rate, strength):
    def accepted(make):
        try:
            made = make()
        except ValueError:
            return None
        return made.rate, made.strength

    values = {"rate": rate, "strength": strength}
    in_a_file = accepted(lambda: section(Everything, named=False)(**FILE | values))
    assert accepted(lambda: Everything(**values)) == in_a_file


def test_a_new_default_keeps_the_limits_that_are_inherited():
    @dataclass(frozen=True, kw_only=True)
    class Faster(Everything):
        rate: float = 5.0

    assert Faster().rate == 5.0
    with pytest.raises(ValueError, match=r"Faster: rate = -1 is not valid: must be > 0 \(Hz\)"):
        Faster(rate=-1)


def test_an_annotation_for_types_alone_is_an_error_that_says_so():
    @dataclass(frozen=True)
    class Unknown(Settings):
        size: Decimal = 1

    with pytest.raises(TypeError, match=r"Unknown.size is annotated Decimal: .* import what they name when the module"):
        Unknown()
