"""The line at this moment: one reading, and the screens that are made of it."""
