"""What another switch's adapter delivers as JSON, read into CallEvents: pure, without database or clock.

`types` is the table of what may be sent; the API, the conformance kit and the description for programs read
the same one, and docs/telephony.md shows it for people. `reading.read_delivery` reads a request. An event
that cannot be used is rejected with a sentence and the others are kept; what is odd but usable is kept and
told as a warning.
"""
