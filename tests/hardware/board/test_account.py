from __future__ import annotations

from collections import Counter

from pynn_sfdfa.hardware.board.account import Witness, links_of_key, ways_of
from pynn_sfdfa.hardware.board.mapped import Source
from pynn_sfdfa.hardware.emulator import Route
from pynn_sfdfa.hardware.emulator.router import Passage

# From (0, 0) east and north; the branch to the east goes straight on through (1, 0), which has no entry, to (2, 0).
ROUTES = {(0, 0): [Route(8, 0xFFFFFFF8, 0b101)], (2, 0): [Route(8, 0xFFFFFFF8, 1 << 7)], (0, 1): [Route(0, 0, 1 << 9)]}


def test_a_packet_without_an_entry_goes_straight_on():
    assert set(links_of_key((0, 0), 9, ROUTES)) == {(0, 0, 0), (0, 0, 2), (1, 0, 0)}
    assert not set(links_of_key((0, 0), 16, ROUTES))  # of an own core, it is dropped


def test_routes_that_go_round_end():
    circle = {(0, 0): [Route(0, 0, 1)], (1, 0): [Route(0, 0, 1 << 3)]}
    assert set(links_of_key((0, 0), 5, circle)) == {(0, 0, 0), (1, 0, 3)}


def test_packets_are_those_of_the_source_alone():
    passed = {
        (0, 0): Counter({Passage(0, 9, None, 0b101): 3, Passage(0, 10, None, 0b101): 2, Passage(0, 16, None, 1): 50}),
        (1, 0): Counter({Passage(0, 9, 3, 1): 3}),
    }
    source = Source("a", "SPIKE", ((0, 0, 1),), ((8, 0xFFFFFFF8),))
    assert ways_of(source, ROUTES, passed) == {(0, 0, 0): 5, (0, 0, 2): 5, (1, 0, 0): 3}


def test_a_run_that_never_reached_the_board_has_no_account():
    witness = Witness(lambda: None)
    witness.ends()
    assert witness.simulations == 0
    for _ in range(2):
        witness.begins()
    witness.clears_logs()
    witness.ends()
    witness.ends()
    assert (witness.simulations, witness.account, witness.fault) == (1, None, None)
