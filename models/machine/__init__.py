"""How a circuit runs: programs, builds and devices; knows nothing of biology."""
