"""Messages between cores, and from cores to the host."""

from __future__ import annotations

from collections.abc import Callable

from pynn_sfdfa.hardware.emulator import vcpu
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND
from pynn_sfdfa.hardware.emulator.events import EventQueue, Kind
from pynn_sfdfa.hardware.emulator.faults import NoAnswer, NoSuchChip, end_of_log
from pynn_sfdfa.hardware.emulator.monitor import Monitor
from pynn_sfdfa.hardware.emulator.sdp import HOST_PORT, SDPMessage

PATIENCE_MICROSECONDS = 1_000_000
"""How long a message waits for a core to have read the one before it."""
_RETRY_CYCLES = 100 * CYCLES_PER_MICROSECOND


class Mail:
    """Takes messages from monitors: to the host, which also stands for the monitors, or to other cores.

    Parameters
    ----------
    queue : EventQueue
    monitor : callable
        Returns the monitor of chip x, y.
    sent : list of SDPMessage
        Where messages for the host go.
    """

    def __init__(self, queue: EventQueue, monitor: Callable[[int, int], Monitor], sent: list[SDPMessage]) -> None:
        self._queue = queue
        self._monitor = monitor
        self._sent = sent

    def forward(self, message: SDPMessage) -> None:
        """Pass a message on."""
        if message.core == 0 or message.port << 5 | message.core == HOST_PORT:
            self._sent.append(message)
            return
        x, y, p = message.x, message.y, message.core
        if p not in self._monitor(x, y).chip.cores:
            raise NoSuchChip(f"a core sends mail to core {x}, {y}, {p}, which has no program")
        self._deliver(message, self._queue.now + PATIENCE_MICROSECONDS * CYCLES_PER_MICROSECOND)

    def _deliver(self, message: SDPMessage, deadline: int) -> None:
        """Deliver now, or when the core has read its mail."""
        x, y, now = message.x, message.y, self._queue.now
        monitor = self._monitor(x, y)
        if monitor.ready_for_mail(message.core):
            monitor.deliver(message)
        elif now >= deadline:
            raise self.no_answer(message, PATIENCE_MICROSECONDS)
        else:
            self._queue.push(now + _RETRY_CYCLES, x, y, 0, Kind.MONITOR, lambda: self._deliver(message, deadline))

    def no_answer(self, message: SDPMessage, waited: float) -> NoAnswer:
        """Return the error for a core that has not read its mail for some microseconds."""
        x, y, p = message.x, message.y, message.core
        chip = self._monitor(x, y).chip
        status = vcpu.decode(chip.memory, p)
        doing = f"; it {chip.doing(p)}" if p in chip.cores else ""
        return NoAnswer(
            f"core {x}, {y}, {p} ({status.app_name}) is in {status.state.name} and has not read its mail for "
            f"{waited:.0f} microseconds{doing}; it had logged:\n{end_of_log(vcpu.iobuf(chip.memory, p))}"
        )
