"""A backup restored into a cluster of its own: the real thing, with pg_dump and initdb."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from darwin.ledger import blocks
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.supervisor import roles
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.place import find_programs
from darwin.supervisor.postgres import open_server
from tests.databases import database_url

from .looking import untouched_ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def new_cluster() -> Iterator[str]:
    """The address of an empty database in a cluster made for this test."""
    folder = Path(tempfile.mkdtemp(prefix="darwin-restore-"))
    folder.chmod(0o711)
    server = open_server(folder)
    roles.prepare_embedded(server)
    yield server.url(SUPERUSER)
    server.leave()
    shutil.rmtree(folder)


def program(name: str) -> str:
    return str(find_programs() / "bin" / name)


def in_database(address: str, data_dir: Path, program: str) -> Any:
    """What a program of its own prints as JSON."""
    source = f"import django, json; django.setup()\n{program}"
    done = subprocess.run(
        [sys.executable, "-c", source],
        env=os.environ | {"DATABASE_URL": address, "DARWIN_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


VERIFY = "from darwin.ledger.verification import verify_ledger; print(json.dumps(verify_ledger().as_json()))"
WRITE = """
from darwin.ledger.blocks import close_blocks
from django.db import transaction
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.services import record_entry
from darwin.supervisor import roles
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.place import find_programs
from darwin.supervisor.postgres import open_server
with transaction.atomic():
    record_entry(actor=Actor.system("test"), verb=Verb.ALTER, event="contact.recorded_outcome")
"""
CLOSE = """
from darwin.ledger.blocks import NeedsAdoption, close_blocks
try:
    print(json.dumps(close_blocks()))
except NeedsAdoption as told:
    print(json.dumps(str(told)))
"""
ADOPT = """
from darwin.ledger.actors import Actor
from darwin.ledger.blocks import adopt_restore
print(json.dumps(adopt_restore(actor=Actor.system("test"), reason="The disk failed.")))
"""


def write(count: int) -> None:
    for _ in range(count):
        with transaction.atomic():
            record_entry(
                actor=Actor.system("test"),
                verb=Verb.ALTER,
                event="contact.recorded_outcome",
                subjects=[Subject("contact", new_id())],
                reason="Because.",
            )


def test_last_nights_dump_in_a_new_cluster_is_told_adopted_and_remembered(
    transactional_db: None, data_dir: Path, new_cluster: str, tmp_path: Path
) -> None:
    with untouched_ledger():
        write(6)
        blocks.close_blocks(block_size=3)
        write(2)  # written but not closed when the dump was taken
        dump = tmp_path / "dump.sql"
        subprocess.run(
            [program("pg_dump"), "--no-owner", "--no-privileges", "-f", str(dump), database_url()], check=True
        )
        write(5)
        blocks.close_blocks(block_size=3)  # closed by the old house after the dump: lost
    subprocess.run([program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), new_cluster], check=True)

    assert "new database cluster" in in_database(new_cluster, data_dir, CLOSE)
    assert set(in_database(new_cluster, data_dir, VERIFY)["totals"]) == {"restored", "tail_cut"}
    assert in_database(new_cluster, data_dir, ADOPT) == 3
    assert in_database(new_cluster, data_dir, WRITE + CLOSE) == 2
    report = in_database(new_cluster, data_dir, VERIFY)
    assert report["ok"], report["faults"]
    assert (report["adopted_restores"], report["entries"], report["not_yet_closed"]) == ([3], 10, 0)
