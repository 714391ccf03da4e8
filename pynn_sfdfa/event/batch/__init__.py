"""The batch path of the event-driven simulator: numba kernels over many trials at once, for training."""

from pynn_sfdfa.event.batch.engine import BatchEngine
from pynn_sfdfa.event.batch.shards import ShardedEngine

__all__ = ["BatchEngine", "ShardedEngine"]
