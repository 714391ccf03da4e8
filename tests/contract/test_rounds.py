"""What networks do that run in rounds, on every simulator, where their cases share each round."""

from pathlib import Path

# Each of the first three takes up its cases.
import cases_of_parameters  # noqa: F401
import cases_of_running  # noqa: F401
import cases_of_stock_cells  # noqa: F401
import pytest
from rounds import CASES
from simulators import NAMES


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "simulator", [name if name == "event" else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_case(outcome_of, simulator, name):
    error = outcome_of(simulator, name)
    if error is not None:
        raise error


def test_every_file_of_cases_is_taken_up():
    files = {file.stem for file in Path(__file__).parent.glob("cases_of_*.py")}
    assert {case.__module__ for case in CASES.values()} == files
