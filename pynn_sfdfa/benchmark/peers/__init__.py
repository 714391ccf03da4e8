"""Other simulators on the same task, one a file; each is imported only when it is measured."""

from pynn_sfdfa.benchmark.peers.comparison import measure_peers

__all__ = ["measure_peers"]
