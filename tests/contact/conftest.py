"""The contact room's commands as a person types them, and the recordings of ../shared/data."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darwin.contact.commands import commands

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data with the recordings is not beside this project")
    return folder


@pytest.fixture(scope="session")
def bank_mapping() -> Path:
    return PROJECT / "examples" / "mappings" / "bank_calls.toml"


class Contact:
    """Runs `darwin contact …`; what a command prints on standard output must be JSON and nothing else."""

    def text(self, *words: object) -> str:
        result = CliRunner().invoke(commands, [str(word) for word in words])
        if result.exception:
            raise result.exception
        return result.stdout

    def json(self, *words: object) -> Any:
        return json.loads(self.text(*words, "--json"))

    def import_file(self, kind: str, path: Path, *options: object) -> Any:
        return self.json("import", kind, path, *options)

    def measures(self, queue: str, from_at: str, to_at: str, threshold: float = 30) -> Any:
        return self.json(
            "measures", "--queue", queue, "--from", from_at, "--to", to_at, "--threshold", threshold
        )

    def calls(self, queue: str, from_at: str, to_at: str) -> list[Any]:
        lines = self.text("calls", "--queue", queue, "--from", from_at, "--to", to_at, "--json")
        return [json.loads(line) for line in lines.splitlines()]


@pytest.fixture
def contact(db: None) -> Contact:
    return Contact()
