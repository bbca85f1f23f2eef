"""Speed, memory and scaling, always as ratios in one run: `python -m benchmarks`."""
