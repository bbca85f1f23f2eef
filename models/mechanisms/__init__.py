"""What happens in a cell, at a synapse and in an astrocyte, as equations; not who is where."""
