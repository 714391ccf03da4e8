"""Other simulators on the same task, one a file; each is imported only when it is measured."""

from pynn_sfdfa.benchmark.peers.comparison import measure_peers
from pynn_sfdfa.benchmark.peers.learning import measure_learning

__all__ = ["measure_learning", "measure_peers"]
