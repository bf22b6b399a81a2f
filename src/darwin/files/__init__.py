"""Attachments, each stored once by what it holds."""
