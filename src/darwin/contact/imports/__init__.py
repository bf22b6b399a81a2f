"""Importers: from a file of a switch or a log to batches of calls or events."""
