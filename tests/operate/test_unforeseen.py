"""An error that nobody foresaw, in a command that has not opened the house yet."""

import subprocess
import sys
from pathlib import Path

from tests.supervisor.house_at_work import house_environment

PROGRAM = """
import sys
from darwin import cli

@cli.cli.command()
def stumble():
    raise RuntimeError("the caller 07700 900123")

sys.exit(cli.run_command(["stumble"]))
"""


def test_its_text_is_not_printed_and_not_logged(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=house_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Darwin made a mistake (RuntimeError) and stopped." in done.stderr
    logged = (tmp_path / "log" / "command.jsonl").read_text()
    assert "RuntimeError" in logged
    assert "07700" not in done.stderr + logged
    assert "Traceback" not in done.stderr
