"""The file of a backup shows every change."""

import hashlib
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.supervisor.backup_archive import Archive, BackupTrouble, Manifest, new_archive

PARTS = {"database.dump": b"PGDMP" * 300, "empty": b"", "keys/ledger.pem": b"secret"}


def write(path: Path, **changes: object) -> Manifest:
    facts: dict[str, object] = {
        "format": 1,
        "darwin": "0.1.0",
        "made_at": "2026-03-01T00:00:00+00:00",
        "mode": "operational",
        "force": "leicestershire",
        "installation": "",
        "postgres": 18,
        "pg_dump": 18,
        "migrations": ("darwin.ledger.migrations.0001_initial",),
        "entries": 0,
        "blocks": 0,
        "keys": True,
    }
    with new_archive(path) as archive:
        for name, content in PARTS.items():
            archive.add(name, [content[:7], content[7:]])
        manifest = Manifest(**{**facts, **changes}, parts=tuple(archive.parts))  # type: ignore[arg-type]
        archive.finish(manifest)
    return manifest


def read(path: Path) -> Archive:
    return Archive(path, lambda _: None)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    manifest = write(tmp_path / "b.tar")
    archive = read(tmp_path / "b.tar")
    assert archive.manifest == manifest
    assert {name: archive.read(name) for name in archive.names} == PARTS
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]


def test_any_tar_program_reads_it_and_the_manifest_names_each_digest(tmp_path: Path) -> None:
    write(tmp_path / "b.tar")
    digests = {part.name: part.sha256 for part in read(tmp_path / "b.tar").manifest.parts}
    with tarfile.open(tmp_path / "b.tar") as tar:
        for name, digest in digests.items():
            member = tar.extractfile(name)
            assert member is not None
            assert hashlib.sha256(member.read()).hexdigest() == digest


@given(st.data())
def test_one_changed_byte_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("archive") / "b.tar"
    write(path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with pytest.raises(BackupTrouble, match="damaged"):
        read(path)


@given(st.data())
def test_a_backup_cut_off_anywhere_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("archive") / "b.tar"
    write(path)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(BackupTrouble, match="no whole backup of Darwin"):
        read(path)


def test_another_tar_archive_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(5000))
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "file", "sha256")
    with pytest.raises(BackupTrouble, match="no whole backup of Darwin"):
        read(tmp_path / "other.tar")


def test_a_later_form_is_told_with_the_version_that_wrote_it(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", format=2, darwin="7.0")
    with pytest.raises(BackupTrouble, match=r"made by Darwin 7\.0"):
        read(tmp_path / "b.tar")


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("last night's")
    with pytest.raises(BackupTrouble, match="exists already and was left as it is"):
        write(tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_text() == "last night's"


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), new_archive(tmp_path / "b.tar") as archive:
        archive.add("database.dump", [b"half"])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
