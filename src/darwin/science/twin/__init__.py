"""The digital twin: a scenario in, what its callers and handlers would go through out."""
