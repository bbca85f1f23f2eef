"""Circuits as programs of GeNN, for one animal or several side by side, on a processor or a GPU."""
