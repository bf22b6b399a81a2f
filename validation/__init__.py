"""The digital twin against exact results: `python -m validation`, or `make validate`."""
