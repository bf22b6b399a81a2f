"""How much of what a letter claimed of 101 in February 2018 could be had without an extra paid hour.

`python -m experiments.leicestershire` runs it and writes docs/experiments/leicestershire.md. What it takes
for granted is in assumptions.toml.
"""
