"""The table of settings in docs/operate.md and what the program reads cannot part."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READERS = {"text", "choice", "words", "flag"}
NOT_FOR_OPERATORS = {"PATH"}
# What Django's settings hold before a house is opened: an address where nobody answers.
NO_DEFAULTS = {"", "postgresql://darwin_app@/darwin?host=/nonexistent"}


def read_by_the_program() -> dict[str, str | None]:
    """Each variable by its name, with its default where that is written as text."""
    found: dict[str, str | None] = {}
    for path in (ROOT / "src" / "darwin").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            variable = node.args[0].value
            of_environ = name in ("get", "setdefault") and ast.unparse(node.func).startswith("os.environ.")
            if not isinstance(variable, str) or not (of_environ or (name in READERS and variable.isupper())):
                continue
            default = node.args[-1] if len(node.args) > 1 else None
            if (
                isinstance(default, ast.Constant)
                and isinstance(default.value, str)
                and default.value not in NO_DEFAULTS
            ):
                found[variable] = default.value
            else:
                found.setdefault(variable, None)
    return {name: default for name, default in found.items() if name not in NOT_FOR_OPERATORS}


def told_by_the_page() -> dict[str, str]:
    section = (ROOT / "docs" / "operate.md").read_text("utf-8").split("\n## Settings\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| .+ \|$", section, re.MULTILINE)
    return dict(rows)


def test_every_setting_is_in_the_table_and_no_other() -> None:
    read = read_by_the_program()
    assert len(read) > 10
    assert sorted(told_by_the_page()) == sorted(read)


def test_every_default_is_as_the_table_says() -> None:
    told = told_by_the_page()
    wrong = {
        name: (told[name], default)
        for name, default in read_by_the_program().items()
        if default not in (None, told[name])
    }
    assert wrong == {}
