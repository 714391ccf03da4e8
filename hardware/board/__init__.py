"""SpiNNaker without a board: the host's side of the emulator, for scripts that use sPyNNaker as they stand."""

from pynn_sfdfa.hardware.board.board import EmulatedBoard, emulated_board
from pynn_sfdfa.hardware.board.errors import BoardError

__all__ = ["BoardError", "EmulatedBoard", "emulated_board"]
