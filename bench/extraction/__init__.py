"""Extractors on the same pages, side by side: ``make bench-extract``. docs/benchmarks.md says what is measured."""
