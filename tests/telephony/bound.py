"""Runs a program that ends when whoever started it does, however that happens: `python bound.py PROGRAM …`.

Its standard input is a pipe that only the starter holds open. A signal to end is handed on; the exit status
is the program's."""

import os
import signal
import subprocess
import sys
import threading


def main(words: list[str]) -> int:
    program = subprocess.Popen(words, stdin=subprocess.DEVNULL)

    def end_with_the_starter() -> None:
        while os.read(0, 4096):
            pass
        program.kill()

    def hand_on(number: int, _frame: object) -> None:
        program.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hand_on)
    threading.Thread(target=end_with_the_starter, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
