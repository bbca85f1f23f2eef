"""Many animals: groups, workers, and what is kept of each."""
