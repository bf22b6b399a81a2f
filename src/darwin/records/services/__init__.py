"""The writes of this room, by noun."""
