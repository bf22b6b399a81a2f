"""The database roles and the data folder of a real installation."""

from pathlib import Path
from typing import Any

import pytest

from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id

from .looking import rows

ROLES = ("darwin_owner", "darwin_app", "darwin_report")


@pytest.fixture
def roles(db: None) -> None:
    for name in ROLES:
        rows(f"DO $$ BEGIN CREATE ROLE {name} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    rows("GRANT USAGE ON SCHEMA public TO darwin_app, darwin_report")
    rows("SELECT ledger_apply_privileges()")


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DARWIN_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def someone() -> Actor:
    return Actor.staff(new_id())
