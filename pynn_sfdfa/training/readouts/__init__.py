"""Readouts, one a file: which class the output spikes of a sample stand for. To add one, write its file."""

from pynn_sfdfa.training.readouts.early_spikes import EarlySpikes
from pynn_sfdfa.training.readouts.first_spike import FirstSpike
from pynn_sfdfa.training.readouts.most_spikes import MostSpikes
from pynn_sfdfa.training.readouts.readout import Readout

__all__ = ["EarlySpikes", "FirstSpike", "MostSpikes", "Readout"]
