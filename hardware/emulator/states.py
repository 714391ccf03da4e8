"""Numbers that SARK and SCAMP share with the host: states of a core, run-time errors, signals."""

from __future__ import annotations

from enum import IntEnum


class _Number(IntEnum):
    """A number that programs write themselves, so that it may be any."""

    @classmethod
    def _missing_(cls, value: object) -> _Number | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = f"UNKNOWN_{value}", value
        return member


class CoreState(_Number):
    """State of a core as it stands in its block of SysRAM (``cpu_state`` of SARK's vcpu)."""

    DEAD = 0
    POWERED_DOWN = 1
    RUN_TIME_EXCEPTION = 2
    WATCHDOG = 3
    INITIALISING = 4
    READY = 5
    C_MAIN = 6
    RUNNING = 7
    SYNC0 = 8
    SYNC1 = 9
    PAUSED = 10
    FINISHED = 11
    SPARE_12 = 12
    SPARE_13 = 13
    SPARE_14 = 14
    IDLE = 15


class RunTimeError(_Number):
    """Why a core is in ``CoreState.RUN_TIME_EXCEPTION`` (``rt_code`` of SARK's vcpu)."""

    NONE = 0
    RESET = 1
    UNDEFINED_INSTRUCTION = 2
    SUPERVISOR_CALL = 3
    PREFETCH_ABORT = 4
    DATA_ABORT = 5
    UNHANDLED_IRQ = 6
    UNHANDLED_FIQ = 7
    UNCONFIGURED_VIC = 8
    ABORT = 9
    MALLOC = 10
    DIVIDE_BY_ZERO = 11
    EVENT = 12
    SOFTWARE_ERROR = 13
    IOBUF = 14
    ENABLE = 15
    NULL_POINTER = 16
    PACKET = 17
    TIMER = 18
    API = 19
    SARK_VERSION = 20


class Signal(IntEnum):
    """What SCAMP can tell all cores of an application."""

    INITIALISE = 0
    POWER_DOWN = 1
    STOP = 2
    START = 3
    SYNC0 = 4
    SYNC1 = 5
    PAUSE = 6
    CONTINUE = 7
    EXIT = 8
    TIMER = 9
    USER_0 = 10
    USER_1 = 11
    USER_2 = 12
    USER_3 = 13
