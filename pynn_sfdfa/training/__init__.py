"""Training of networks: trainer, losses, optimisers, checkpoints, and what a simulator offers for it."""
