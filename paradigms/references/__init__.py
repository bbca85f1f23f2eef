"""What this project computes beside what papers and other simulators say."""
