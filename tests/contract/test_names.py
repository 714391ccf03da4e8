"""The namespaces of the simulators: what each says that it has is there, and what PyNN's simulators have, all have."""

from __future__ import annotations

from pynn_sfdfa.common import pynn_names
from pynn_sfdfa.common.missing_names import _names


def test_every_public_name_is_there_and_found_without_an_import(sim):
    assert [name for name in sim.__all__ if not hasattr(sim, name)] == []
    assert _names(sim.__name__.rpartition(".")[2]) == sim.__all__
    assert len(set(sim.__all__)) == len(sim.__all__)


def test_names_of_pynn_are_on_all_of_them(sim):
    assert set(pynn_names.__all__) <= set(sim.__all__)
    assert {"setup", "run", "reset", "end", "create", "connect", "record", "record_v"} <= set(sim.__all__)
