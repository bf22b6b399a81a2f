"""The live stream: one publisher computes each screen once, web processes fan it out."""
