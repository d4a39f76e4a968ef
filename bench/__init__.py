"""Speed and memory, side by side with peers: ``make bench``. docs/benchmarks.md says what the lines mean."""
