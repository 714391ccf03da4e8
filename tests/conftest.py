"""What all tests may use; its being here also lets them import the helper modules beside it."""

from __future__ import annotations

import pytest

from pynn_sfdfa import datasets
from pynn_sfdfa.encoding import latency


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits as input spikes: training and test samples."""
    loaded = datasets.load("digits", None)
    return tuple(latency(part.values, part.labels, maximum=16.0) for part in (loaded.train, loaded.test))
