"""The fewest cores of a network, and that they are those which the SpiNNaker back end would take."""

from __future__ import annotations

import pytest

from pynn_sfdfa.hardware.cores import cores_needed


def test_more_neurons_and_longer_lists_of_what_arrives_take_more_cores():
    counts = [cores_needed((64, n, 10), 200) for n in (10, 100, 200, 400, 800)]
    assert counts == sorted(counts)
    assert counts[0] == 3  # one a layer
    assert cores_needed((64, 200, 200, 10), 200) > cores_needed((64, 200, 10), 200)
    assert cores_needed((2000, 100, 10), 200) > cores_needed((64, 100, 10), 200) + 3  # besides 4 of sources
    assert cores_needed((64, 100, 10), 200, delay_ticks=16) >= cores_needed((64, 100, 10), 200)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((64, 100, 257), "The errors of 257 output neurons are more than the 256"),
        ((20000, 100, 10), r"20000 sources of a layer are more than the \d+ that a core adds up"),
    ],
)
def test_what_fits_on_no_number_of_cores_is_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        cores_needed(sizes, 200)
