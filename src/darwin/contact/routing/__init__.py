"""Routing by the live policy: which call-back and which message goes to which handler, and why."""
