"""What this process may use of memory, and what is said of work that needs more."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

from pynn_sfdfa.support.memory import Limit, Need, limit, shortage, size

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
LIMIT = Limit(memory=1000, whose="the memory of this machine", addresses=None, machine=2000)


@pytest.mark.parametrize(
    ("bytes_", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (3_210_000_000, "3.21 GB"), (10**24, "1e+06 EB")]
)
def test_sizes_are_said_as_people_say_them(bytes_, said):
    assert size(bytes_) == said


def process(folder, groups):
    """Files as the system shows them, of a process in these control groups."""
    (folder / "proc/self").mkdir(parents=True)
    (folder / "proc/self/cgroup").write_text(groups)
    (folder / "proc/self/statm").write_text("300 100 0 0 0 0 0")
    return folder / "proc", folder / "cgroup"


def group(folder, limit):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ("memory.limit_in_bytes" if "memory" in folder.parts else "memory.max")).write_text(limit)


PAGE = os.sysconf("SC_PAGE_SIZE")
GROUP = "the limit of its control group"


def test_without_groups_it_is_the_memory_of_the_machine_beside_what_the_process_holds(tmp_path):
    found = limit(*process(tmp_path, "0::/user.slice\n"))
    assert (found.memory, found.whose) == (MACHINE - 100 * PAGE, "the memory of this machine")
    assert found.machine == MACHINE


def test_groups_of_version_2_and_those_above_them(tmp_path):
    proc, groups = process(tmp_path, "0::/a/b\n")
    group(groups / "a/b", "max\n")
    group(groups / "a", f"{1000 * PAGE}\n")
    found = limit(proc, groups)
    assert (found.memory, found.whose) == (900 * PAGE, GROUP)


def test_groups_of_version_1_in_a_container_that_does_not_see_its_own_path(tmp_path):
    proc, groups = process(tmp_path, "3:cpu:/x\n2:memory,other:/docker/0a1b\n")
    group(groups / "memory", f"{500 * PAGE}\n")
    assert limit(proc, groups).memory == 400 * PAGE


def test_a_group_that_is_full_leaves_nothing(tmp_path):
    proc, groups = process(tmp_path, "0::/\n")
    group(groups, "4096")
    assert limit(proc, groups).memory == 0


def test_an_address_space_that_is_limited():
    script = "from pynn_sfdfa.support.memory import limit; print(limit().addresses, limit().whose)"
    most = 1 << 30
    done = subprocess.run(
        [sys.executable, "-c", script],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
        capture_output=True,
        text=True,
        check=True,
    )
    addresses, whose = done.stdout.strip().split(maxsplit=1)
    assert 0 < int(addresses) < most
    assert whose == "the limit of its address space (ulimit -v)"


def test_what_fits_is_not_spoken_of():
    assert shortage([Need("a", 600, "x"), Need("b", 400, "x")], LIMIT) is None
    assert shortage([], LIMIT) is None


def test_what_does_not_fit_is_named_with_its_largest_part_and_the_remedy():
    assert shortage([Need("the weights", 700, "lower x"), Need("b", 400, "lower y")], LIMIT) == (
        "it would take 1.1 kB of memory, 700 B of it for the weights, which is more than the 1 kB that this process "
        "may use (the memory of this machine): lower x."
    )


def test_runs_at_a_time_share_the_memory():
    assert shortage([Need("a", 400, "x")], LIMIT, share=2) is None
    assert "than the 333 B that this process may use (the memory of this machine, divided among 3 runs at a time)" in (
        shortage([Need("a", 400, "x")], LIMIT, share=3)
    )


def test_what_is_only_set_aside_may_exceed_the_memory_but_not_the_addresses_or_the_machine_at_once():
    aside = [Need("spikes", 9000, "lower x", pieces=5, reserved=True)]
    assert shortage(aside, LIMIT) is None
    assert "than the 2 kB of this machine" in shortage([Need("spikes", 9000, "x", pieces=4, reserved=True)], LIMIT)
    bounded = Limit(memory=1000, whose="", addresses=8000, machine=2000)
    assert "than the 8 kB of addresses that this process may use (ulimit -v): lower x." in shortage(aside, bounded)
