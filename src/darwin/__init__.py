"""Darwin: demand management for a police force, from the first ring to the figure that is published."""

__version__ = "0.1.0"
