from __future__ import annotations

import io

import numba
import pytest

from pynn_sfdfa.support.jit import announced, folders, jit


@pytest.fixture
def successor(tmp_path, monkeypatch):
    folders.cache_folder.cache_clear()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    yield jit(lambda x: x + 1)
    folders.cache_folder.cache_clear()


def test_compiling_is_said_once(successor):
    stream = io.StringIO()
    with announced(stream):
        assert (successor(1), successor(0.5)) == (2, 1.5)
    assert stream.getvalue() == "compiling (once: later runs load it)\n"


def test_nothing_is_said_of_what_is_compiled_or_after_the_block(successor):
    stream = io.StringIO()
    successor(1)
    with announced(stream):
        assert successor(1) == 2
    assert successor(0.5) == 1.5
    assert not stream.getvalue()
