"""Planning: forecast, staffing, roster and what-if.

It reads operations, proposes, and writes only its own tables.
"""
