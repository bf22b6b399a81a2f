"""The command line of the ledger, in processes of their own, killed where it hurts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from darwin.ledger import blocks
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.ledger.verification import verify_ledger
from tests.databases import database_url

from .looking import rows, untouched_ledger, without_guards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_ledger(transactional_db: None, data_dir: Path) -> Iterator[Path]:
    with untouched_ledger():
        yield data_dir


def write(count: int) -> list[int]:
    made = []
    for _ in range(count):
        with transaction.atomic():
            made.append(
                record_entry(
                    actor=Actor.system("test"),
                    verb=Verb.ALTER,
                    event="contact.recorded_outcome",
                    subjects=[Subject("contact", new_id())],
                )
            )
    return made


def start(data_dir: Path, program: str) -> "subprocess.Popen[str]":
    """A Python program in a process of its own, on this test's database and data folder."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{program}"],
        env=os.environ | {"DATABASE_URL": database_url(), "DARWIN_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def darwin(data_dir: Path, *words: str) -> tuple[int, str, str]:
    process = start(data_dir, f"from darwin.ledger.commands import commands; commands({list(words)!r})")
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


CLOSER = """
from darwin.ledger.blocks import close_blocks
print("ready", flush=True)
while True:
    close_blocks(block_size=2)
"""


@pytest.mark.faults
def test_a_closer_killed_at_any_moment_loses_and_doubles_no_block(data_dir: Path) -> None:
    written = 0
    for turn in range(8):
        process = start(data_dir, CLOSER)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        written += len(write(20))
        time.sleep(0.01 * turn)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    blocks.close_blocks()
    report = verify_ledger()
    assert report.ok, [fault.sentence for fault in report.faults]
    assert (report.entries, report.not_yet_closed) == (written, 0)
    numbers = [
        json.loads(line)["number"] for line in (data_dir / "ledger-head.jsonl").read_text().splitlines()
    ]
    assert numbers == list(range(1, report.blocks + 1))


def test_verify_says_yes_with_status_0_and_one_json_object(data_dir: Path) -> None:
    pytest.importorskip("darwin.supervisor.house")
    write(3)
    assert darwin(data_dir, "close-blocks", "--once")[0] == 0
    status, out, _ = darwin(data_dir, "verify", "--json")
    assert status == 0
    answer = json.loads(out)
    assert (answer["ok"], answer["blocks"], answer["entries"], answer["faults"]) == (True, 1, 3, [])


def test_verify_says_no_with_status_1_and_a_sentence(data_dir: Path) -> None:
    pytest.importorskip("darwin.supervisor.house")
    made = write(3)
    darwin(data_dir, "close-blocks", "--once")
    with without_guards():
        rows("DELETE FROM ledger_entry WHERE id = %s", [made[1]])
    status, out, _ = darwin(data_dir, "verify")
    assert status == 1
    assert out.startswith(f"Entry {made[1]} of ")
    assert "was deleted after block 1 was closed." in out


def test_nobody_exports_before_staff_has_said_who_may(data_dir: Path) -> None:
    pytest.importorskip("darwin.supervisor.house")
    status, out, err = darwin(
        data_dir,
        *("export", "--reader", "nobody-signs-in-so", "--reason", "Curious."),
        *("--from", "2026-01-01", "--to", "2027-01-01"),
    )
    assert status == 1
    assert out == ""
    assert "Nobody signs in" in err
