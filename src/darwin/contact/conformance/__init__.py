"""The conformance kit: does a Darwin take what docs/telephony.md says, and does an adapter tell it so?

`scenarios/` are data: what is sent, and what has to come of it. `playing` plays them against a running Darwin
(darwin contact conform); `checking` reads the events that an adapter made (darwin contact conform-adapter).
Neither needs a database of its own.
"""
