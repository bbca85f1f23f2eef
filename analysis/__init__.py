"""What the data say: runs on a dataset alone, without the simulator."""
