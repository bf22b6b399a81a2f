"""Listening to a live switch: reading it fast, keeping what was received, and storing it as evidence."""
