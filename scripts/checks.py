"""Our own small checks, run by `make lint`: what ruff and mypy do not know about this house.

- There is one clock, darwin.deadlines.clock: nothing else asks Python or PostgreSQL what time it is.
- A function has at most 60 lines (a kernel in science/ 120).
- No lock holds the address of a registry; no file names a folder of somebody's machine.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
THE_CLOCK = ROOT / "src" / "darwin" / "deadlines" / "clock.py"
CLOCKS = {"datetime", "date", "timezone", "dt"}
READINGS = {"now", "utcnow", "today", "localtime"}
SQL = re.compile(r"\b(select|insert|update|delete|where|default|values|set|return|check)\b", re.IGNORECASE)
SQL_TIME = re.compile(
    r"(?<![.\w])(now\s*\(\s*\)|clock_timestamp\s*\(|statement_timestamp\s*\(|transaction_timestamp\s*\("
    r"|current_timestamp\b|current_date\b|localtimestamp\b)",
    re.IGNORECASE,
)
LONGEST_FUNCTION, LONGEST_KERNEL = 60, 120
MACHINE_PATH = re.compile(r"""(?:^|[\s"'(=])/(?:home|root|work)/\w""", re.MULTILINE)
ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost)")
RESOLVED = re.compile(r'"resolved": "http')
READ = {".py", ".sql", ".toml", ".md", ".txt", ".json", ".html", ".js", ".scss", ".sh", ".yml", ".po", ""}


def tracked_files() -> list[Path]:
    """Every file that git keeps or would keep, as it lies on the disk."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file()]


def faults(path: Path) -> Iterator[str]:
    """What is wrong in one file, each with its line."""
    if path.suffix not in READ:
        return
    text = path.read_text("utf-8", errors="replace")
    here = path.relative_to(ROOT)
    for found in MACHINE_PATH.finditer(text):
        yield f"{here}:{_line(text, found.end())}: names a folder of somebody's machine"
    address = ADDRESS if here.parts[0] == "locks" else RESOLVED if path.name == "package-lock.json" else None
    if address:
        for found in address.finditer(text):
            yield f"{here}:{_line(text, found.start())}: a lock must hold no address"
    if here.parts[:2] != ("src", "darwin") or path == THE_CLOCK:
        return
    if path.suffix == ".sql":
        for found in SQL_TIME.finditer(text):
            yield f"{here}:{_line(text, found.start())}: asks PostgreSQL for the time; pass clock.now()"
    if path.suffix == ".py":
        yield from _faults_of_python(here, ast.parse(text))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _faults_of_python(here: Path, tree: ast.Module) -> Iterator[str]:
    longest = LONGEST_KERNEL if "science" in here.parts else LONGEST_FUNCTION
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call) and (reading := _reads_a_clock(node)):
            yield f"{here}:{line}: {reading} is another clock; use darwin.deadlines.clock.now()"
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield f"{here}:{line}: {node.arg} is another clock; set the field from clock.now()"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if SQL.search(node.value) and SQL_TIME.search(node.value):
                yield f"{here}:{line}: asks PostgreSQL for the time; pass clock.now()"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or line) - line + 1
            if length > longest:
                yield f"{here}:{line}: {node.name} has {length} lines, more than {longest}"


def _reads_a_clock(call: ast.Call) -> str:
    """The name of the other clock that this call reads; empty if it reads none."""
    function = call.func
    if isinstance(function, ast.Name) and function.id == "Now":
        return "Now()"
    if not isinstance(function, ast.Attribute):
        return ""
    base = function.value
    name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
    if name in CLOCKS and function.attr in READINGS:
        return f"{name}.{function.attr}()"
    if name == "time" and function.attr in ("time", "time_ns"):
        return f"time.{function.attr}()"
    return ""


def main() -> int:
    """Print every fault; the exit status says whether there was one."""
    found = [fault for path in tracked_files() for fault in faults(path)]
    for fault in found:
        print(fault)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
