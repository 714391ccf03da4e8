"""Binaries for emulated cores: damaged ones, and programs that do what no program should."""

from __future__ import annotations

import functools
import importlib.util
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import click
from fuzzing import Case, Door
from hostile import NUMBERS, spoilt

from pynn_sfdfa.hardware.emulator import Signal, aplx
from pynn_sfdfa.hardware.emulator.faults import EmulatorError

if TYPE_CHECKING:
    import random

HAS_UNICORN = importlib.util.find_spec("unicorn") is not None

ADDRESSES = (
    0, 0x20, 0x7FFC, 0x8000, 0x400000, 0x40FFFC, 0x410000, 0x10000000, 0x11000000, 0x1F000000, 0x20000000, 0x21000000,
    0x2F000000, 0x30000000, 0x40000000, 0x50000000, 0x60000000, 0x60240000, 0x62000000, 0x67FFFFFC, 0x68000000,
    0x70000000, 0xE1000000, 0xE1004000, 0xE2000000, 0xE5000000, 0xE5001100, 0xE5007080, 0xE50070D8, 0xE5007F00,
    0xE5007F40, 0xE5007FD0, 0xF1000000, 0xF2000000, 0xF5007F00, 0xFFFFF000, 0xFFFFFFFC,
)  # fmt: skip
"""Beginnings and ends of memories and of pages of registers; heaps, blocks of cores and system variables."""

WORDS = (
    0x00000000, 0xFFFFFFFF, 0xEAFFFFFE, 0xEAFFFFFD, 0xE7F000F0, 0xEF000000, 0xE1200070, 0xEE070F90, 0xEE010F10,
    0xE12FFF13, 0xE12FFF33, 0xE1A0F003, 0xE92D5FFF, 0xE8BD9FFF, 0xE8FD8000, 0xE321F0D3, 0xE321F010, 0xE321F000,
    0xE169F000, 0xE1B0F00E, 0xE25EF004, 0xE12FFF1E, 0xE5930000, 0xE5830000, 0xE7D30001, 0xE1C300F0, 0xE8A31FFF,
    0xE8B31FFF, 0xE2833004, 0xE0833000, 0xE1032090, 0xF5D3F000, 0xEC510F10, 0xEE000A10, 0x47184718, 0xE7FEE7FE,
    0xDFFEBE00,
)  # fmt: skip
"""Loops, traps, jumps, mode changes, waits, coprocessors, and accesses by r3, which holds an address."""

SCRIPT = """
from pathlib import Path
from pynn_sfdfa.hardware.emulator.machine import Machine

machine = Machine(1, 1)
machine.start(0, 0, [1], Path({path!r}).read_bytes(), app_id=30)
machine.check()
"""

REAL = """
import os
import pyNN.spiNNaker as sim
from spynnaker.pyNN.data import SpynnakerDataView
from spynnaker.pyNN.models.neuron.implementations import NeuronImplStandard

NeuronImplStandard.binary_name = "hostile.aplx"
sim.setup(1.0)
SpynnakerDataView.register_binary_search_path({folder!r})
sim.Population(3, sim.IF_curr_exp())
loud, quiet = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(quiet, 2)  # of sPyNNaker's own account of what it does
try:
    sim.run(5)
finally:
    os.dup2(loud, 2)
"""


@functools.cache
def genuine() -> bytes:
    """Return a binary of sPyNNaker, or one that sleeps."""
    found = importlib.util.find_spec("spynnaker")
    if found is None or found.origin is None:
        return table((2, 0, 32, 8), (4, 0, 0, 0)) + struct.pack("<2I", 0xEE070F90, 0xEAFFFFFD)
    return (Path(found.origin).parent / "pyNN" / "model_binaries" / "IF_curr_exp.aplx").read_bytes()


@functools.cache
def compiled() -> None:
    """Have what is compiled at first use compiled before anything is timed."""
    from pynn_sfdfa.hardware.emulator.machine import Machine

    Machine(1, 1).start(0, 0, [1], genuine(), app_id=30)


def table(*operations: tuple[int, int, int, int]) -> bytes:
    return b"".join(struct.pack("<4I", *(value % 2**32 for value in operation)) for operation in operations)


def program(rng: random.Random) -> bytes:
    """Return a program that accesses registers and memories at random, and does other things that are not done."""
    words = []
    for _ in range(rng.choice([1, 3, 10, 100])):
        how = rng.random()
        if how < 0.5:  # r3 = an address; one access to a register behind it
            words += [0xE59F3000, 0xEA000000, rng.choice(ADDRESSES) & 0xFFFFFFFF]  # ldr r3, [pc]; b over the word
            offset = rng.choice([4 * rng.randrange(80), rng.randrange(4096)])
            words += [0xE3A00000 | rng.randrange(4096), rng.choice([0xE5930000, 0xE5830000, 0xE5C30000]) | offset]
        elif how < 0.9:
            words.append(rng.choice(WORDS))
        else:
            words.append(rng.getrandbits(32))
    return struct.pack(f"<{len(words)}I", *words)


def operations(rng: random.Random) -> bytes:
    """Return a table of operations with numbers at the ends of ranges."""
    values = [*NUMBERS, *ADDRESSES, 16, 32, 64]
    rows = [
        (rng.choice([1, 2, 2, 3, 3, 4, 5, 2**31]), *rng.choices(values, k=3)) for _ in range(rng.choice([1, 3, 2000]))
    ]
    return table(*rows) + rng.randbytes(rng.choice([0, 100]))


def make(rng: random.Random, folder: Path) -> Case:
    kind = rng.choice(["damaged", "damaged", "table", "program", "program", "program", "random"])
    what = kind
    if kind == "damaged":
        what, content = spoilt(rng, genuine())
    elif kind == "table":
        content = operations(rng)
    else:
        code = program(rng) if kind == "program" else rng.randbytes(rng.choice([4, 1000, 30_000]))
        n = len(code)
        content = table((2, 0, 48, n), (3, 0x400000, 0x1000, 0), (4, rng.choice([0, 0, 0, 1, 4, n]), 0, 0)) + code
    path = folder / "hostile.aplx"
    path.write_bytes(content)
    script, through_spynnaker = folder / "script.py", rng.random() < 0.1  # which takes its time
    script.write_text((REAL if through_spynnaker else SCRIPT).format(path=str(path), folder=str(folder)))
    board = "emulated" if through_spynnaker else "none-that-is-asked"
    starts_up = kind == "damaged"  # and may wait for a signal; of what may do anything, one core takes its time
    cores, wait = (rng.choice([[1], [1, 2]]), rng.random() < 0.5) if starts_up else ([1], False)

    def enter() -> None:
        if not HAS_UNICORN:
            aplx.load(content)
            return
        from pynn_sfdfa.hardware.emulator.machine import Machine

        machine = Machine(2, 1)
        machine.start(0, 0, cores, content, app_id=30, wait=wait)
        machine.signal(30, Signal.START if wait else Signal.SYNC0)
        machine.advance(microseconds=1000)
        for p in cores:
            machine.core_state(0, 0, p)
            machine.iobuf(0, 0, p)
        machine.sdram_alloc(0, 0, 1000, app_id=30, tag=1)
        machine.routes(0, 0)
        machine.signal(30, Signal.STOP)
        machine.check()

    if HAS_UNICORN:
        compiled()
    return Case(what, enter, ("spinnaker", "run", str(script), "--board", board))


DOOR = Door("aplx", make, (EmulatorError, click.ClickException))
