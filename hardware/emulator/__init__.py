"""SpiNNaker without a board: chips, cores and router in virtual time, running genuine binaries."""

from pynn_sfdfa.hardware.emulator.interface import CoreStatus, HostView, Route
from pynn_sfdfa.hardware.emulator.sdp import SDPMessage
from pynn_sfdfa.hardware.emulator.states import CoreState, RunTimeError, Signal

__all__ = ["CoreState", "CoreStatus", "HostView", "Route", "RunTimeError", "SDPMessage", "Signal"]
