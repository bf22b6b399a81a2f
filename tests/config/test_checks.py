"""Our own lint: each rule finds what it forbids and leaves alone what it does not."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "darwin_checks", Path(__file__).parents[2] / "scripts" / "checks.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "timezone.now()",
        "time.time()",
        "models.DateTimeField(auto_now=True)",
        "models.DateTimeField(auto_now_add=True)",
        "Now()",
        "cursor.execute('UPDATE clock SET due_at = now()')",
        "cursor.execute('SELECT CURRENT_TIMESTAMP')",
    ],
)
def test_another_clock_is_refused(checks: ModuleType, code: str) -> None:
    assert list(checks._faults_of_python(Path("src/darwin/room.py"), ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["clock.now()", "'Use clock.now() where you set a time'", "time.monotonic()", "shown.now()"]
)
def test_the_one_clock_is_not(checks: ModuleType, code: str) -> None:
    assert not list(checks._faults_of_python(Path("src/darwin/room.py"), ast.parse(code)))


def test_a_function_too_long_to_read_is_refused(checks: ModuleType) -> None:
    code = "def long():\n" + "    x = 1\n" * 60
    assert list(checks._faults_of_python(Path("src/darwin/room.py"), ast.parse(code)))
    assert not list(checks._faults_of_python(Path("src/darwin/science/kernel.py"), ast.parse(code)))
