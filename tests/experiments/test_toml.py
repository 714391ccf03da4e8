from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn_sfdfa.experiments.toml import format_toml

scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
tables = st.recursive(
    st.dictionaries(keys, scalars | st.lists(scalars, max_size=3), max_size=4),
    lambda inner: st.dictionaries(keys, scalars | inner, max_size=4),
    max_leaves=12,
)


@given(tables)
def test_reads_back_to_the_same_tables(written):
    assert tomllib.loads(format_toml(written)) == written


def test_layout():
    text = format_toml({"name": "x", "a": {"b": {"c": (1.0, 1e-8)}}, "d": {"e": True}})
    assert text == 'name = "x"\n\n[a.b]\nc = [1.0, 1e-08]\n\n[d]\ne = true\n'


def test_refuses_what_toml_cannot_hold():
    with pytest.raises(TypeError, match=r"training\.threads: TOML has no form for None \(NoneType\)"):
        format_toml({"training": {"threads": None}})
