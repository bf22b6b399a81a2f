"""The root of every error that Darwin explains. The lowest module of all: it imports nothing."""


class DarwinError(Exception):
    """Something that the reader can understand and mend.

    The text is one or two sentences for the person at the screen or the terminal: what was wrong, where,
    what was kept, what to do next. The command line prints it without a traceback and ends with status 1.
    """
