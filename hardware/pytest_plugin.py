"""The fixture ``emulated_board``, which pytest finds wherever this package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pynn_sfdfa.hardware.board import EmulatedBoard

__all__ = ["emulated_board"]


@pytest.fixture
def emulated_board() -> Iterator[EmulatedBoard]:
    """SpiNNaker without a board: what the test runs with sPyNNaker runs on the `EmulatedBoard` that this yields.

    BoardError if sPyNNaker or the emulator's processors are not installed, or another version.
    """
    from pynn_sfdfa.hardware.board import emulated_board as context  # late: not every test session wants it

    with context() as board:
        yield board
