"""Start one program so that it cannot outlive the process that asked for it.

Run by path, with the standard library only, because it must start in a few milliseconds and may run for a
user who cannot read the rest of Darwin:

    python -I -S launcher.py PARENT SIGNAL UID GID -- PROGRAM ARGUMENT ...

The kernel sends SIGNAL to PROGRAM when the thread that started it ends, however it ends (prctl(2),
PR_SET_PDEATHSIG). UID and GID are numbers, or - to stay as we are. The signal is asked for after the change
of user, which would clear it. If PARENT has already gone, nothing is started.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PARENT_HAS_GONE = 75


def main(arguments: list[str]) -> None:
    """Become PROGRAM; returns only by raising OSError."""
    parent, signal_number, uid, gid, _, *program = arguments
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
        os.umask(0o077)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != int(parent):
        sys.exit(PARENT_HAS_GONE)
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
