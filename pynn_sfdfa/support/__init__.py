"""What the package needs of the machine: compiled kernels, files, memory, interrupts."""
