"""One run: checked, simulated, recorded, and written with where it came from."""
