"""A disk that is full, may not be written to or fails, at every call that writes: one sentence, and nothing broken.

Every call fails once, in one of the ways in turn; with ``make faults``, in each of the ways.
"""

from __future__ import annotations

import os

import pytest
from faults.disk import driven

ALL = os.environ.get("PYNN_SFDFA_FAULTS") == "all"
DISTURBED = {
    "train": {"step": 1, "again": 8, "in_turn": True},
    "resume": {"step": 2, "again": 8, "in_turn": True},
    "export": {"step": 1, "again": 1, "in_turn": False},
    "simulate": {"step": 1, "again": 1, "in_turn": False},
    "sweep": {"step": 8, "again": 8, "in_turn": True},
}
"""Every how manieth call fails, and every how manieth command is given once more."""
FULL = {"train": 12_288, "resume": 4000, "export": 12_288, "simulate": 2000, "sweep": 12_288}
"""The space that is left, in bytes: less than each writes."""


@pytest.fixture(scope="module")
def reports(library):
    options = {name: dict.fromkeys(DISTURBED[name], 1) | {"in_turn": False} for name in DISTURBED} if ALL else DISTURBED
    scenarios = [*options.items(), *((name, {"size": size}) for name, size in FULL.items())]
    found = driven(library, scenarios)
    return dict(zip(DISTURBED, found, strict=False)), dict(zip(FULL, found[len(DISTURBED) :], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", DISTURBED)
def test_a_call_that_fails_is_told_and_the_command_given_again_ends_as_if_nothing_had_been(reports, name):
    report = reports[0][name]
    assert report["wrong"] == []
    assert report["calls"] >= {"train": 70, "resume": 50, "export": 5, "simulate": 5, "sweep": 120}[name]
    assert report["failed"] >= report["calls"] // DISTURBED[name]["step"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL)
def test_a_full_disk_is_told_and_the_command_given_again_ends_as_if_nothing_had_been(reports, name):
    assert reports[1][name]["wrong"] == []
