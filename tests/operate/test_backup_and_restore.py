"""A house is backed up while it is written to, lost, and restored: by the real commands."""

import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from darwin.supervisor.backup_archive import Archive, Manifest, new_archive
from darwin.supervisor.cluster import SUPERUSER
from darwin.supervisor.postgres import open_server
from tests.operate.houses import figures, import_recording, well
from tests.supervisor.conftest import remove
from tests.supervisor.house_at_work import darwin, house_environment, up, wait_for

pytestmark = pytest.mark.faults

WRITER = """
import itertools
from darwin.supervisor.house import open_house
with open_house():
    from django.db import transaction
    from darwin.ledger.actors import Actor, Verb
    from darwin.ledger.services import record_entry
    for number in itertools.count():
        with transaction.atomic():
            record_entry(actor=Actor.system("test"), verb=Verb.ALTER, event="contact.noted")
        if number % 50 == 0:
            print(number, flush=True)
"""
RIGHTS = """
    SELECT kind, name, rights FROM (
        SELECT 'relation', relname::text, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'function', proname::text, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS found (kind, name, acl),
    LATERAL (SELECT array_agg(item::text ORDER BY item::text) FROM unnest(acl) AS item) AS listed (rights)
    ORDER BY kind, name
"""


@contextmanager
def a_writer_at_work(data_dir: Path) -> Iterator[None]:
    """Somebody commits entry after entry."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=house_environment(data_dir), stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == "0\n"
        yield
        assert writer.poll() is None, "the writer was held up by nothing"
        writer.stdout.readline()
    finally:
        writer.kill()
        writer.communicate()


def everybodys_rights(data_dir: Path) -> dict[tuple[str, str], list[str] | None]:
    """What each role may do with each table, sequence and function."""
    server = open_server(data_dir)
    try:
        with psycopg.connect(**server.parameters(SUPERUSER)) as connection:
            return {(kind, name): rights for kind, name, rights in connection.execute(RIGHTS)}
    finally:
        server.leave()


def test_a_lost_house_comes_back_with_the_same_figures_and_a_ledger_that_verifies(
    data_dir: Path, folder: Path
) -> None:
    backup = folder / "b.tar"
    import_recording(data_dir)
    before = figures(data_dir)
    with up(data_dir), a_writer_at_work(data_dir):
        done = darwin(data_dir, "backup", str(backup))
    assert done.returncode == 0, done.stderr
    manifest = Archive(backup, lambda _: None).manifest
    head = Archive(backup, lambda _: None).read("ledger-head.jsonl").splitlines()
    assert [json.loads(line)["number"] for line in head] == list(range(1, manifest.blocks + 1))
    assert manifest.blocks > 0
    rights = everybodys_rights(data_dir)
    remove(data_dir)

    restored = darwin(data_dir, "restore", str(backup), "--reason", "The disk failed.")
    assert restored.returncode == 0, restored.stderr
    assert f"The ledger adopted it by block {manifest.blocks + 1}" in restored.stderr
    assert figures(data_dir) == before
    assert everybodys_rights(data_dir) == rights
    verified = json.loads(well(data_dir, "ledger", "verify", "--json"))
    assert (verified["faults"], verified["adopted_restores"]) == ([], [manifest.blocks + 1])


def test_without_keys_no_secret_leaves_and_the_restored_house_makes_new_ones(
    data_dir: Path, folder: Path
) -> None:
    well(data_dir, "ledger", "close-blocks")
    secrets = json.loads((data_dir / "keys.json").read_text())
    done = darwin(data_dir, "backup", str(folder / "b.tar"), "--without-keys")
    assert "signing key are NOT in it" in done.stderr
    content = (folder / "b.tar").read_bytes()
    assert not [name for name, value in secrets.items() if value.encode() in content]
    assert b"PRIVATE KEY" not in content
    restored = darwin(folder / "other", "restore", str(folder / "b.tar"))
    assert restored.returncode == 0, restored.stderr
    assert json.loads((folder / "other" / "keys.json").read_text()) != secrets
    well(folder / "other", "ledger", "close-blocks")
    well(folder / "other", "ledger", "verify")


def test_nobody_is_signed_in_after_a_restore(data_dir: Path, folder: Path) -> None:
    well(data_dir, "ledger", "close-blocks")
    server = open_server(data_dir)
    with psycopg.connect(**server.parameters("darwin_app")) as connection:
        connection.execute("INSERT INTO django_session VALUES ('of-a-thief', '', 'infinity')")
    server.leave()
    well(data_dir, "backup", str(folder / "b.tar"))
    well(folder / "other", "restore", str(folder / "b.tar"))
    server = open_server(folder / "other")
    with psycopg.connect(**server.parameters("darwin_app")) as connection:
        assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
    server.leave()


@pytest.fixture
def small_backup(data_dir: Path, folder: Path) -> Path:
    """A backup of a house without a single call."""
    well(data_dir, "backup", str(folder / "b.tar"))
    return folder / "b.tar"


def changed(backup: Path, **facts: Any) -> Path:
    """The same backup, whole, but with another manifest."""
    archive, path = Archive(backup, lambda _: None), backup.with_name("changed.tar")
    with new_archive(path) as writer:
        for name in archive.names:
            writer.add(name, archive.chunks(name))
        kept = {name: getattr(archive.manifest, name) for name in Manifest.__slots__}
        writer.finish(Manifest(**{**kept, **facts}))
    return path


def test_what_does_not_fit_is_refused_before_anything_is_written(
    data_dir: Path, folder: Path, small_backup: Path
) -> None:
    damaged = folder / "damaged.tar"
    content = bytearray(small_backup.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    later = changed(small_backup, darwin="9.9", migrations=("darwin.ledger.migrations.9999_of_the_future",))
    cases = [
        (str(damaged), {}, "is damaged: it is not what was written"),
        (str(folder / "absent.tar"), {}, "cannot be read: No such file or directory"),
        (
            str(later),
            {},
            "was made by a later Darwin (9.9, with darwin.ledger.migrations.9999_of_the_future)",
        ),
        (str(small_backup), {"DARWIN_MODE": "practice"}, "is a backup of the mode operational"),
        (str(small_backup), {"DARWIN_FORCE": "rutland"}, "is a backup of the force leicestershire"),
    ]
    for file, settings, words in cases:
        done = darwin(folder / "other", "restore", file, **settings)
        assert done.returncode == 1
        assert words in done.stderr, done.stderr
        assert "Nothing was restored" in done.stderr
        assert not (folder / "other").exists()


def test_a_house_that_is_there_is_never_written_over(
    data_dir: Path, folder: Path, small_backup: Path
) -> None:
    same = darwin(data_dir, "restore", str(small_backup))
    assert same.returncode == 1
    assert "The database is not empty. Nothing was restored" in same.stderr
    other = folder / "other"
    well(other, "ledger", "close-blocks")
    keys = (other / "keys.json").read_bytes()
    done = darwin(other, "restore", str(small_backup))
    assert done.returncode == 1
    assert "is not the one of this backup. Nothing was restored" in done.stderr
    assert (other / "keys.json").read_bytes() == keys
    with up(data_dir):
        running = darwin(data_dir, "restore", str(small_backup))
    assert running.returncode == 1
    assert "Darwin runs on the data folder" in running.stderr
    well(data_dir, "ledger", "verify")


@pytest.mark.nightly
def test_a_restore_that_was_killed_is_simply_run_again(folder: Path, small_backup: Path) -> None:
    other = folder / "other"
    running = subprocess.Popen(
        [sys.executable, "-m", "darwin.cli", "restore", str(small_backup)],
        env=house_environment(other),
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: (other / "postgres.json").exists(), 60, "the database runs")
    running.kill()
    running.wait()
    done = darwin(other, "restore", str(small_backup))
    assert done.returncode == 0 or "not empty" in done.stderr, done.stderr
    well(other, "ledger", "verify")


def test_a_database_that_dies_during_a_backup_leaves_no_half_of_one(data_dir: Path, folder: Path) -> None:
    well(data_dir, "ledger", "close-blocks")
    server = open_server(data_dir)
    holding = psycopg.connect(**server.parameters("darwin_owner"))
    holding.execute("LOCK TABLE contact_contact IN ACCESS EXCLUSIVE MODE")
    running = subprocess.Popen(
        [sys.executable, "-m", "darwin.cli", "backup", str(folder / "b.tar")],
        env=house_environment(data_dir),
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: list(folder.glob(".b.tar.*")) or running.poll() is not None, 60, "the backup has begun")
    os.kill(server.pid, signal.SIGKILL)
    _, said = running.communicate(timeout=60)
    server.leave()
    assert running.returncode == 1
    assert "Traceback" not in said
    assert "saved" in said
    assert list(folder.glob("*b.tar*")) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_and_the_house_goes_on(data_dir: Path, folder: Path) -> None:
    small = folder / "small"
    small.mkdir()
    import_recording(data_dir)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=False).returncode:
        pytest.skip("this root may not mount")
    try:
        done = darwin(data_dir, "backup", str(small / "b.tar"))
        assert done.returncode == 1
        assert "could not be written" in done.stderr
        assert "No space left on device" in done.stderr
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)
    well(data_dir, "ledger", "verify")


def test_the_parts_are_what_the_page_says(data_dir: Path, folder: Path) -> None:
    (data_dir / "forces").mkdir(parents=True)
    (data_dir / "forces" / "rutland.toml").write_text("# a force of our own\n")
    well(data_dir, "ledger", "close-blocks")
    well(data_dir, "backup", str(folder / "b.tar"))
    with tarfile.open(folder / "b.tar") as tar:
        names = tar.getnames()
    page = (Path(__file__).parents[2] / "docs" / "operate.md").read_text("utf-8")
    for name in names:
        folder_of = f"{name.rpartition('/')[0]}/"
        assert f"`{name}`" in page or f"`{folder_of}`" in page, name
    assert "forces/rutland.toml" in names
