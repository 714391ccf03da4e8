"""What happens on a machine, one event after the other, as long as compiled code can see to it alone."""

from __future__ import annotations

from pynn_sfdfa.hardware.emulator import communications, dma, native, system_variables, timer
from pynn_sfdfa.hardware.emulator.address_map import CYCLES_PER_MICROSECOND, SYSRAM_BASES
from pynn_sfdfa.hardware.emulator.device import world_of
from pynn_sfdfa.hardware.emulator.events import (
    ACTION,
    ARRIVAL,
    CODE,
    DMA_ENDS,
    FIRST_DETAIL,
    ROOM,
    SECOND_DETAIL,
    SUBJECT,
    THIRD_DETAIL,
    TIMER_ENDS,
    TURN,
    WHEN,
    Kind,
    heap_of,
    pop,
    push,
)
from pynn_sfdfa.hardware.emulator.states import CoreState
from pynn_sfdfa.hardware.emulator.system_variables import sv
from pynn_sfdfa.hardware.emulator.ways import N_WAYS, WAY_WORDS, asked, way
from pynn_sfdfa.hardware.emulator.words import (
    ADDRESS,
    ASLEEP,
    AWAKE,
    CHIP,
    CHIP_PLACE,
    CHIP_WORDS,
    CORES,
    COUNTERS,
    DEAD,
    DETAIL,
    DMA_DUE,
    DUE,
    FOUND,
    GONE,
    HALTED,
    HAS_SLEPT,
    INSTRUCTIONS,
    LAST_CYCLE,
    LIMIT,
    LINES,
    LOSES,
    MILLISECONDS,
    MOST_EVENTS,
    N_COUNTERS,
    N_EVENTS,
    N_LINKS,
    NEIGHBOURS,
    NOW,
    PENDING,
    PLACE,
    RUNNING,
    STATE_BYTE,
    SYSRAM,
    TIME,
    TIMER_1,
    TIMER_2,
    WAYS,
    Words,
    array_at,
    bytes_at,
    words_at,
)
from pynn_sfdfa.support.jit import jit

QUIET, ACT, BY_HAND, NARROW, FULL, FAILED, DIED = range(7)
"""Why compiled code returns: nothing is left to do, or Python has to do an action, to route a packet, to give more room
for events or for a core's packets, to see to a core that has failed, or to one whose program says that it has died."""

_TURN_CYCLES = 50 * CYCLES_PER_MICROSECOND
"""A core runs ahead of the others by this at most before it is their turn."""
HOP_CYCLES = CYCLES_PER_MICROSECOND // 5
"""From a router to the next one or to a core, on an idle machine; an estimate."""
_RUN = int(Kind.RUN)
DEATHS = (int(CoreState.RUN_TIME_EXCEPTION), int(CoreState.WATCHDOG))
"""States in which a program says that it has died."""
_CLOCK_MS, _TIME_MS, _UNIX_TIME = (
    sv(field) - SYSRAM_BASES[0]
    for field in (system_variables.CLOCK_MS, system_variables.TIME_MS, system_variables.UNIX_TIME)
)
MOST_HOPS = 1024
"""A packet that has come so far goes in circles; routers drop it by its age."""


@jit
def wake(core: Words, time: int) -> None:
    """Give a core its turn, at a time or at its own one if it has run ahead."""
    if core[AWAKE] or core[HALTED] or (core[ASLEEP] and not core[LINES]):
        return
    core[AWAKE] = 1
    core[PENDING] += 1
    push(world_of(core), max(time, core[NOW]), core[PLACE] | _RUN, TURN, core[ADDRESS], 0, 0, 0)


@jit
def _write(address: int, value: int, n: int) -> None:
    target = bytes_at(address, n)
    for i in range(n):
        target[i] = value >> 8 * i & 0xFF


@jit
def _set_clock(chip: Words, time: int) -> None:
    """Let the programs see the time, which the monitor counts in milliseconds."""
    milliseconds = time // (1000 * CYCLES_PER_MICROSECOND)
    if milliseconds != chip[MILLISECONDS]:
        chip[MILLISECONDS] = milliseconds
        _write(chip[SYSRAM] + _CLOCK_MS, milliseconds, 8)
        _write(chip[SYSRAM] + _TIME_MS, milliseconds % 1000, 2)
        _write(chip[SYSRAM] + _UNIX_TIME, milliseconds // 1000, 4)


@jit
def _run(core: Words, start: int) -> int:
    """Let a core run until it sleeps, to the end of its turn and to its next event at most."""
    if core[GONE]:  # another program has been loaded since
        return QUIET
    if start > core[LAST_CYCLE]:
        core[HALTED] = 1
    if core[HALTED]:
        core[AWAKE] = 0
        return QUIET
    chip = array_at(core[CHIP], CHIP_WORDS)
    _set_clock(chip, start)
    due = min(core[TIMER_1 + DUE], core[TIMER_2 + DUE], core[DMA_DUE])
    core[NOW], core[LIMIT] = start, max(start + 1, min(start + _TURN_CYCLES, due))
    chip[RUNNING] = core[ADDRESS]
    outcome = native.run(core)
    chip[RUNNING] = 0
    core[INSTRUCTIONS] += core[NOW] - start
    core[ASLEEP] = 1 if outcome == native.SLEEPS else 0
    core[AWAKE] = 0
    if core[ASLEEP]:
        core[HAS_SLEPT] = 1
    if outcome == native.FAILED:
        return FAILED
    if not core[DEAD] and bytes_at(core[STATE_BYTE], 1)[0] in DEATHS:
        return DIED
    wake(core, 0)
    return QUIET


@jit
def _lacks_room(chip: Words, cores: int) -> int:
    """Return the address of a core that needs more room before it can be given a packet, 0 if none does."""
    p = 0
    while cores >> p:
        if cores >> p & 1 and chip[CORES + p] and communications.is_full(words_at(chip[CORES + p])):
            return int(chip[CORES + p])
        p += 1
    return 0


@jit
def _deliver(world: Words, chip: Words, route: int, counted: int, key: int, packet: int, payload: int) -> None:
    """Let a packet go where a route says: links in ascending order, then cores in ascending order."""
    kind, _, hops = communications.travelled(packet)
    counters = array_at(chip[COUNTERS], N_COUNTERS)
    for i in range(N_COUNTERS):
        if counted >> i & 1:
            counters[i] = counters[i] + 1 & 0xFFFF_FFFF
    for link in range(N_LINKS):
        if route >> link & 1:
            end = array_at(chip[NEIGHBOURS + link], CHIP_WORDS)
            on = communications.travel(kind, (link + N_LINKS // 2) % N_LINKS, hops + 1)
            push(world, world[TIME] + HOP_CYCLES, end[CHIP_PLACE], ARRIVAL, chip[NEIGHBOURS + link], key, on, payload)
    cores, p = route >> N_LINKS, 0
    while cores >> p:
        if cores >> p & 1 and chip[CORES + p]:
            core = words_at(chip[CORES + p])
            communications.receive(core, kind, key, payload)
            wake(core, 0)
        p += 1


@jit
def _arrive(world: Words) -> int:
    """Route the packet that comes next, if its way is known."""
    events = heap_of(world)
    chip = array_at(events[SUBJECT], CHIP_WORDS)
    key, packet, payload = events[FIRST_DETAIL], events[SECOND_DETAIL], events[THIRD_DETAIL]
    kind, link, hops = communications.travelled(packet)
    ways = array_at(chip[WAYS], N_WAYS * WAY_WORDS)
    question = asked(key, kind, link, payload != communications.NO_PAYLOAD)
    entry = way(ways, question)
    if ways[entry] == 0 or hops >= MOST_HOPS or world[LOSES]:
        return BY_HAND
    route, counted = ways[entry + 1], ways[entry + 2]
    core = _lacks_room(chip, route >> N_LINKS)
    if core:
        world[DETAIL] = core
        return FULL
    ways[entry + 3] += 1
    pop(world)
    _deliver(world, chip, route, counted, key, packet, payload)
    return QUIET


@jit
def _happen(world: Words, code: int, subject: int, first: int, second: int) -> int:
    """Let what concerns a core happen."""
    core = words_at(subject)
    core[PENDING] -= 1
    if code == TURN:
        return int(_run(core, world[TIME]))
    if not core[GONE] and not core[HALTED]:
        if code == TIMER_ENDS:
            timer.end(core, second, first)
        elif code == DMA_ENDS:
            dma.end(core, first)
        wake(core, 0)
    return QUIET


@jit
def go_on(world: Words, until: int) -> int:
    """Let everything happen up to a time, and return why it goes no further; ``world[FOUND]`` says with whom."""
    while world[N_EVENTS]:
        events = heap_of(world)
        if events[WHEN] > until:
            break
        if world[N_EVENTS] + ROOM > world[MOST_EVENTS]:
            return NARROW
        code, subject = events[CODE], events[SUBJECT]
        world[FOUND] = subject
        if code == ARRIVAL:
            why = _arrive(world)
        elif code == ACTION:
            pop(world)
            why = ACT
        else:
            first, second = events[FIRST_DETAIL], events[SECOND_DETAIL]
            pop(world)
            why = _happen(world, code, subject, first, second)
        if why != QUIET:
            return int(why)
    return QUIET
