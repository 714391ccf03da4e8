"""Build the C sources for this machine and for a SpiNNaker core, and call their functions on either."""
