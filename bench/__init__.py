"""Measurements: ratios side by side in one run, printed as a table and kept as JSON under `bench/results/`."""
