"""Hostile input at every door, within this process; the first cases of what `make fuzz` runs."""

from __future__ import annotations

import pytest
from fuzzing import check, doors

CASES = 300


@pytest.mark.slow
@pytest.mark.parametrize("name", doors())
def test_hostile_input_is_answered_with_one_clear_error(name, tmp_path):
    for number in range(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        check(doors()[name], number, folder)
