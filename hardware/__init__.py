"""SpiNNaker: fixed-point arithmetic, C sources, emulator and board configurations."""
