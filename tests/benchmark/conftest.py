"""What tests of the benchmarks share."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_mnist(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PYNN_SFDFA_DATA", raising=False)
