"""The board's shape, against that which SpiNNaker's own tools know."""

from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.board import geometry

version_5 = pytest.importorskip("spinn_machine.version.version_5")
p2p_table = pytest.importorskip("spinnman.model").P2PTable


def test_the_chips_are_those_of_a_board_of_version_5():
    assert set(version_5.CHIPS_PER_BOARD) == geometry.CHIPS


def test_links_lead_back():
    for x, y in geometry.CHIPS:
        for link in geometry.links(x, y):
            there = geometry.neighbour(x, y, link)
            assert geometry.neighbour(*there, (link + 3) % 6) == (x, y)


def test_links_that_leave_the_board_are_those_to_other_boards():
    to_other_boards = {(x, y, link) for x, y, link, _, _ in version_5.Version5.fpga_links(None)}
    leaving = {(x, y, link) for x, y in geometry.CHIPS for link in range(6) if geometry.neighbour(x, y, link) is None}
    assert to_other_boards == leaving


def test_every_chip_has_a_way_to_the_first():
    assert set(geometry.TOWARDS_BOOT) == geometry.CHIPS - {(0, 0)}
    for x, y in geometry.TOWARDS_BOOT:
        steps, chip = 0, (x, y)
        while chip != (0, 0):
            chip, steps = geometry.neighbour(*chip, geometry.TOWARDS_BOOT[chip]), steps + 1
        assert steps == max(x, y)  # diagonal links: no way is shorter


@pytest.mark.parametrize("chip", [(0, 0), (4, 7)])
def test_the_host_reads_the_chips_from_the_table(chip):
    data = geometry.p2p_table(*chip)
    columns = [(data, p2p_table.get_column_offset(x)) for x in range(8)]
    table = p2p_table(8, 8, columns)
    assert set(table.iterchips()) == geometry.CHIPS
    assert table.get_route(*chip).name == "MONITOR"
