from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.hardware.emulator.communications import FIXED_ROUTE, MULTICAST, POINT_TO_POINT, Packet
from pynn_sfdfa.hardware.emulator.faults import UnmodelledRegister
from pynn_sfdfa.hardware.emulator.router import Outcome, Passage, Router
from pynn_sfdfa.hardware.emulator.ways import asked, way

COUNTERS, FILTERS, ENABLE, FIXED = 0x300, 0x200, 0x2C, 0x84
SMALL = st.integers(0, 15)


def spike(key, payload=None):
    return Packet(MULTICAST, key, payload)


def test_route_names_links_then_cores():
    router = Router()
    router.set_entry(1, 0b101 | 1 << (6 + 3) | 1 << (6 + 17), 0x10, 0xFFFFFFF0)
    assert router.route(spike(0x1A), None) == Outcome((0, 2), (3, 17))


def test_unmatched_packet_goes_straight_ahead_or_is_dropped():
    router = Router()
    assert [router.route(spike(5), link).links for link in range(6)] == [(3,), (4,), (5,), (0,), (1,), (2,)]
    assert router.route(spike(5), None).dropped


def test_fixed_route_is_a_register():
    router = Router()
    router.write(FIXED, 1 << 6 | 1 << 2)
    assert router.read(FIXED) == 1 << 6 | 1 << 2
    assert router.route(Packet(FIXED_ROUTE, 1, None), None) == Outcome((2,), (0,))


def test_packets_of_monitors_go_nowhere():
    assert Router().route(Packet(POINT_TO_POINT, 1, None), None).dropped


def test_counters_count_by_source_fate_and_filter():
    router = Router()
    router.set_entry(1, 1 << 8, 1, 0xFFFFFFFF)
    router.write(FILTERS + 4 * 12, 0x01FF_D8F1)  # packets with payload for which there is an entry
    for packet, link in ((spike(1), None), (spike(1, 9), 2), (spike(2), None), (spike(2), 4)):
        router.route(packet, link)
    counters = [router.read(COUNTERS + 4 * i) for i in range(16)]
    assert (counters[0], counters[1], counters[8], counters[12]) == (1, 2, 1, 1)  # local, from links, dropped, own
    router.write(ENABLE, 0xFFFF | 1 << 24)
    assert router.read(COUNTERS + 4 * 8) == 0
    router.write(ENABLE, 0)
    router.route(spike(2), None)
    assert router.read(COUNTERS + 4 * 8) == 0
    assert router.read(ENABLE) == 0


def test_program_writes_the_table_by_register():
    router = Router()
    for base, value in ((0x4000, 1 << 7), (0x8000, 0x40), (0xC000, 0xFFFFFFFF)):
        router.write(base + 4 * 5, value)
    assert router.read(0x4000 + 4 * 5) == 1 << 7
    assert list(router.entries()) == [(5, 1 << 7, 0x40, 0xFFFFFFFF)]
    assert router.route(spike(0x40), None).cores == (1,)


def test_other_registers():
    router = Router()
    router.write(0, 0x00800001)
    router.write(0x10000, 0x123)
    assert [router.read(r) for r in (0, 4, 0x14, 0x10000, 0x10004)] == [0x00800001, 0, 0, 0x123, 0x00DB6DB6]
    with pytest.raises(UnmodelledRegister):
        router.read(0x1F000)
    with pytest.raises(UnmodelledRegister):
        router.write(0xF00, 1)


@given(
    entries=st.lists(st.tuples(SMALL, SMALL, st.integers(1, 2**24 - 1)), max_size=8),
    keys=st.lists(SMALL, min_size=1, max_size=8),
)
def test_first_matching_entry_counts(entries, keys):
    router = Router()
    for index, (key, mask, route) in enumerate(entries, 1):
        router.set_entry(index, route, key, mask)
    for key in keys * 2:
        routes = [route for own, mask, route in entries if key & mask == own]
        links, cores = router.route(spike(key), None)
        assert sum(1 << i for i in links) | sum(1 << (6 + p) for p in cores) == (routes[0] if routes else 0)


def test_packets_are_counted_by_the_way_they_went_whoever_routes_them():
    router = Router()
    router.set_entry(1, 0b1, 0x10, 0xFFFFFFF0)
    for packet, link in ((spike(0x11), None), (spike(0x11, 7), None), (spike(0x99), 2), (spike(0x99), None)):
        router.route(packet, link)
    router.know(spike(0x11), None)
    entry = way(router.ways, asked(0x11, MULTICAST, -1, False))
    router.ways[entry + 3] += 5  # as compiled code does
    counted = {Passage(0, 0x11, None, 1): 7, Passage(0, 0x99, 2, 1 << 5): 1, Passage(0, 0x99, None, 0): 1}
    assert router.passed() == counted
    router.know(spike(0x11), None)
    assert router.passed() == counted
    router.write(FIXED, 1)  # what was known is forgotten
    assert router.passed() == counted
    router.drop(spike(0x11), None)
    assert router.passed()[Passage(0, 0x11, None, 0)] == 1
