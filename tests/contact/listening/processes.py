"""The real listener and the real player as processes of their own, against a house of their own."""

import subprocess
import sys
from pathlib import Path

from tests.supervisor.house_at_work import house_environment, wait_for


class Process:
    """One `darwin …` in the background; what it says is kept in a file. more: of its environment."""

    def __init__(self, data_dir: Path, *words: str, name: str, **more: str) -> None:
        self.spoken = data_dir.parent / f"{data_dir.name}-{name}.txt"
        with self.spoken.open("ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "darwin.cli", *words],
                env=house_environment(data_dir, **more),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    def said(self) -> str:
        return self.spoken.read_text()

    def wait_until_said(self, words: str, limit_s: float = 60, times: int = 1) -> None:
        wait_for(lambda: self.said().count(words) >= times, limit_s, words)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self, limit_s: float = 30) -> int:
        """Ask it to end; its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def start_listener(data_dir: Path, port: int, *more: str, secret: str = "of-the-switch") -> Process:
    path = data_dir.parent / "secret"
    path.write_text(secret)
    path.chmod(0o600)
    where = ("--host", "127.0.0.1", "--port", str(port), "--user", "darwin", "--secret-file", str(path))
    return Process(data_dir, "contact", "listen", "asterisk", *where, *more, name="listener")


def start_player(data_dir: Path, recording: Path, port: int, speed: float, index: Path | None) -> Process:
    words = ("contact", "play", str(recording), "--port", str(port), "--speed", str(speed))
    return Process(data_dir, *words, *(("--index", str(index)) if index else ()), name="player")
