"""What people make of the figures, in words: written after the run, by hand, and part of the page."""

FINDINGS = """
"""
