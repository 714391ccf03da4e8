"""What the host writes and what the application reads are the same, word by word."""

import re

import numpy as np
import pytest

pytest.importorskip("spynnaker")

from pynn_sfdfa.spiNNaker import layout
from pynn_sfdfa.spiNNaker.binary import SOURCES
from pynn_sfdfa.spiNNaker.layout import Source

HEADER = (SOURCES / "application" / "regions.h").read_text()
VARIABLES = re.findall(r"SFDFA_COUNT_(\w+)", (SOURCES / "include" / "sfdfa.h").read_text())


def fields(name):
    """Return the names of the fields of a structure; of an array over the variables that can saturate, one for each."""
    body = re.search(rf"typedef struct {{([^}}]*)}} {name};", HEADER).group(1)
    found = re.findall(r"^\s+u?int\d+_t (\w+)(\[SFDFA_VARIABLES\])?", body, re.MULTILINE)
    each = [f"_{variable.lower()}" for variable in VARIABLES]
    return [field + suffix for field, array in found for suffix in (each if array else [""])]


def test_configuration_and_counters_have_the_names_of_c():
    assert fields("configuration_t") == list(layout.CONFIGURATION_WORDS)
    assert fields("counters_t") == list(layout.COUNTERS)


def test_regions_have_the_numbers_of_c():
    names = re.search(r"enum region {([^}]*)}", HEADER).group(1).replace(",", " ").split()
    assert names == [f"REGION_{region.name}" for region in layout.Region]


def test_sources_are_sorted_and_packed_as_c_unpacks_them():
    words = layout.source_words([Source(0x200, 0xFFFFFF00, 7, 4, 2, True), Source(0x100, 0xFFFFFF00, 3, is_error=True)])
    assert words.shape == (2, layout.SOURCE_WORDS)
    assert words[0].tolist() == [0x100, 0xFFFFFF00, 3, 1 << 17]
    assert layout.source_words([Source(0x100, 0xFFFFFF00, 3, 4, is_factor=True)])[0, 3] == 4 | 1 << 18
    assert HEADER.index("learns : 1") < HEADER.index("is_error : 1") < HEADER.index("is_factor : 1")
    raw = words[1, 3].tobytes()
    assert fields("source_t")[3:5] == ["colour_bits", "delay"]
    assert (raw[0], raw[1], raw[2]) == (4, 2, 1)


def test_a_word_that_is_missing_is_named():
    values = dict.fromkeys(layout.CONFIGURATION_WORDS, -1)
    assert (layout.configuration_words(values) == 0xFFFFFFFF).all()
    del values["gain"]
    with pytest.raises(KeyError, match="gain"):
        layout.configuration_words(values)


def test_bits_of_absent_synapses():
    present = np.random.default_rng(1).random((5, 40)) < 0.5
    words = layout.absent_words(present)
    assert words.shape == (5, 2)
    bits = np.array([[word >> bit & 1 for word in row for bit in range(32)] for row in words])
    assert (bits[:, :40] == ~present).all() and not bits[:, 40:].any()
