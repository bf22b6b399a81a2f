"""What the pages of this room show, made from the figures of runs."""
