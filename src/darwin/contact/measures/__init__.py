"""Measures of the contact room: versioned definitions, and the figures computed by them."""
