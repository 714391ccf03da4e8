"""Spike trains, and the encoders that make them from images and features."""

from pynn_sfdfa.encoding.encoders import ENCODERS, latency, poisson, time_coded

__all__ = ["ENCODERS", "latency", "poisson", "time_coded"]
