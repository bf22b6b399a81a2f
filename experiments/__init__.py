"""Experiments whose result is published whatever it is, each produced by one command."""
