"""What disturbs commands, compiled once."""

from __future__ import annotations

import sys

import pytest
from faults.disk import compiled

if not sys.platform.startswith("linux"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """The library that lets a disk fail."""
    return compiled(tmp_path_factory.mktemp("faults"))
