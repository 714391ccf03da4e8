"""Hostile input at every door, as commands: exit statuses as a shell sees them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fuzzing import check_process, doors

CASES = 4


@pytest.mark.slow
@pytest.mark.parametrize("name", doors())
def test_commands_end_with_a_status_and_no_traceback(name, tmp_path):
    def run(number):
        folder = tmp_path / str(number)
        folder.mkdir()
        return check_process(doors()[name], number, folder)

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(run, range(CASES)))) == CASES
