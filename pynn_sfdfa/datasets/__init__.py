"""Data sets by name: found, downloaded where possible, verified, and split into training and test samples."""

from __future__ import annotations

from pynn_sfdfa.datasets.dataset import Dataset, DatasetError, Samples
from pynn_sfdfa.datasets.registry import Availability, available, load, names

__all__ = ["Availability", "Dataset", "DatasetError", "Samples", "available", "load", "names"]
