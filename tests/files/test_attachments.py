"""A file is kept once, whole, as what it is; what is interrupted leaves nothing."""

import errno
import hashlib
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from darwin.files import store
from darwin.files.models import Attachment, StoredFile
from darwin.files.services.attachments import attach_file, check_again, remove_attachment
from darwin.files.store import FileRefused
from darwin.files.verifying import verify
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.models import Entry
from darwin.staff.models import Account

from .conftest import PNG, everything_in

pytestmark = pytest.mark.django_db


def attach(person: Account, thing: Subject, content: bytes = PNG, name: str = "door.png") -> Attachment:
    return attach_file(
        actor=person.actor,
        subject=thing,
        name=name,
        chunks=(content[n : n + 64] for n in range(0, len(content), 64)),
    )


def test_a_file_lies_in_the_folder_of_its_content_for_its_owner_only(
    house: Path, person: Account, thing: Subject
) -> None:
    kept = attach(person, thing)
    digest = hashlib.sha256(PNG).hexdigest()
    assert everything_in(house) == [f"{digest[:2]}/{digest[2:4]}/{digest}"]
    place = store.place_of(digest)
    assert place.read_bytes() == PNG and stat.S_IMODE(place.stat().st_mode) == 0o600
    assert (kept.file.sha256, kept.file.size, kept.file.content_type) == (digest, len(PNG), "image/png")
    assert (kept.name, kept.added_by_id) == ("door.png", person.id)


def test_the_same_content_is_stored_once_however_often_it_comes(
    house: Path, person: Account, thing: Subject
) -> None:
    first, second = attach(person, thing), attach(person, thing, name="again.png")
    assert first.file_id == second.file_id and StoredFile.objects.count() == 1
    assert len(everything_in(house)) == 1 and Attachment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_content_that_comes_twice_at_once_is_stored_once(
    house: Path, person: Account, thing: Subject
) -> None:
    together = Barrier(4)

    def send(n: int) -> Any:
        together.wait(10)
        try:
            return attach(person, Subject(thing.kind, thing.id), name=f"{n}.png").file_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as senders:
        files = set(senders.map(send, range(4)))
    assert len(files) == 1 and StoredFile.objects.count() == 1 and Attachment.objects.count() == 4
    assert len(everything_in(house)) == 1


def test_an_upload_that_breaks_off_leaves_nothing(house: Path, person: Account, thing: Subject) -> None:
    def broken() -> Iterator[bytes]:
        yield PNG
        raise ConnectionResetError("the browser is gone")

    with pytest.raises((ConnectionResetError, FileRefused)):
        attach_file(actor=person.actor, subject=thing, name="door.png", chunks=broken())
    assert everything_in(house) == [] and not StoredFile.objects.exists()


def test_what_a_killed_process_left_is_taken_away_by_the_next(
    house: Path, person: Account, thing: Subject
) -> None:
    child = os.fork()
    if child == 0:  # holds its file, and dies without a word
        with store.receive(iter([PNG]), at_most=10_000):
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert len(everything_in(house)) == 1
    kept = attach(person, thing, b"another file", "words.txt")
    assert everything_in(house) == [str(store.place_of(kept.file.sha256).relative_to(house))]


def test_a_file_on_its_way_in_is_not_swept_away_by_another(house: Path) -> None:
    with (
        store.receive(iter([PNG]), at_most=10_000) as first,
        store.receive(iter([b"words"]), at_most=10_000) as second,
    ):
        assert first.path.exists() and second.path.exists()
    assert everything_in(house) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    house: Path, person: Account, thing: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(FileRefused, match="disk of this installation is full"):
        attach(person, thing)
    assert everything_in(house) == [] and not Attachment.objects.exists()


def test_a_file_too_large_is_refused_before_all_of_it_came(
    house: Path, person: Account, thing: Subject
) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield bytes(1_000_000)

    with pytest.raises(FileRefused, match="larger than 50 MB"):
        attach_file(actor=person.actor, subject=thing, name="film.mp4", chunks=endless())
    assert sent == 51 and everything_in(house) == []


def test_an_empty_file_is_refused(house: Path, person: Account, thing: Subject) -> None:
    with pytest.raises(FileRefused, match="empty"):
        attach(person, thing, b"")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("door.png", PNG, "image/png"),
        ("DOOR.PNG", PNG, "image/png"),
        ("letter.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF", "application/pdf"),
        ("words.txt", "He came at 22:00. Ŵyr.".encode(), "text/plain"),
        ("page.html", b"<html><script>x</script>", "text/plain"),
        ("calls.csv", b"a,b\n1,2\n", "text/plain"),
        ("noend", PNG, "image/png"),
        ("noend", b"words", "text/plain"),
        ("odd.zzz", b"\0\1\2\3", "application/octet-stream"),
        ("unknown maker.mp4", b"\0\1\2\3", "application/octet-stream"),
        ("door.jpg", PNG, "image/png"),
    ],
)
def test_a_file_is_what_its_bytes_say(
    name: str, content: bytes, kind: str, person: Account, thing: Subject
) -> None:
    assert attach(person, thing, content, name).file.content_type == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("door.mp3", PNG),
        ("letter.pdf", b"MZ" + bytes(400)),
        ("door.png", b"MZ" + bytes(400)),
        ("door.png", b"<html><script>x</script>"),
        ("letter.pdf", b"just words"),
        ("words.txt", PNG),
    ],
)
def test_a_file_named_as_what_it_is_not_is_refused(
    name: str, content: bytes, house: Path, person: Account, thing: Subject
) -> None:
    with pytest.raises(FileRefused, match="its content is something else"):
        attach(person, thing, content, name)
    assert everything_in(house) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\sam\\door.txt", "door.txt"),
        ("a\nb\0.txt", "ab.txt"),
        ("..", "file"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)
def test_a_name_has_no_folder_and_nothing_odd(given: str, kept: str, person: Account, thing: Subject) -> None:
    assert attach(person, thing, b"words", given).name == kept


def test_one_thing_has_so_many_files(person: Account, thing: Subject) -> None:
    file = attach(person, thing).file
    Attachment.objects.bulk_create(
        Attachment(
            file=file,
            subject_kind=thing.kind,
            subject_id=thing.id,
            name="x",
            added_at=file.stored_at,
            part="test",
        )
        for _ in range(99)
    )
    with pytest.raises(FileRefused, match="100 files here already"):
        attach(person, thing)


def test_a_removed_file_stays_in_the_record_with_its_reason(person: Account, thing: Subject) -> None:
    kept = attach(person, thing)
    with pytest.raises(FileRefused, match="Say why"):
        remove_attachment(actor=person.actor, attachment=kept, reason=" ")
    remove_attachment(actor=person.actor, attachment=kept, reason="The wrong door.")
    with pytest.raises(FileRefused, match="removed this file already"):
        remove_attachment(actor=person.actor, attachment=kept, reason="Again.")
    assert (kept.removal_reason, kept.removed_by_id) == ("The wrong door.", person.id)


def test_the_ledger_knows_that_a_file_came_and_not_its_name(person: Account, thing: Subject) -> None:
    attach(person, thing, b"words", "Priya Desai.txt")
    entry = Entry.objects.filter(event="files.attached_file", actor_id=person.id).get()
    assert entry.counts["bytes"] == 5 and "Priya" not in str(vars(entry))


# -------------------------------------------------------------------------------------------- viruses

ANSWERS = {"clean": 0, "found": 1, "failed": 2}


@pytest.mark.parametrize("verdict", [*ANSWERS])
def test_the_forces_own_command_gives_the_verdict(
    verdict: str, house: Path, person: Account, thing: Subject, settings: Any
) -> None:
    settings.DARWIN_ANTIVIRUS = f"{sys.executable} -c 'raise SystemExit({ANSWERS[verdict]})'"
    kept = attach(person, thing)
    assert kept.file.verdict == verdict
    digest = kept.file.sha256
    assert everything_in(house) == [
        f"quarantine/{digest}" if verdict == "found" else f"{digest[:2]}/{digest[2:4]}/{digest}"
    ]


@pytest.mark.parametrize(
    ("command", "verdict"),
    [("", "not_checked"), ("/no/such/program", "failed"), ("clamd:/no/such/socket", "failed")],
)
def test_without_a_check_that_answers_the_file_says_so(
    command: str, verdict: str, person: Account, thing: Subject, settings: Any
) -> None:
    settings.DARWIN_ANTIVIRUS = command
    assert attach(person, thing).file.verdict == verdict


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [(b"stream: OK\0", "clean"), (b"stream: Eicar-Signature FOUND\0", "found"), (b"UNKNOWN\0", "failed")],
)
def test_clamd_is_asked_in_its_own_protocol(
    reply: bytes, verdict: str, person: Account, thing: Subject, settings: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        received = bytearray()

        def clamd() -> None:
            line, _address = server.accept()
            with line, line.makefile("rb") as words:
                assert words.read(10) == b"zINSTREAM\0"
                while size := struct.unpack("!L", words.read(4))[0]:
                    received.extend(words.read(size))
                line.sendall(reply)

        thread = Thread(target=clamd)
        thread.start()
        settings.DARWIN_ANTIVIRUS = f"clamd:127.0.0.1:{server.getsockname()[1]}"
        kept = attach(person, thing)
        thread.join(10)
    assert bytes(received) == PNG and kept.file.verdict == verdict


def test_what_was_not_checked_is_checked_later_and_goes_to_quarantine(
    house: Path, person: Account, thing: Subject, settings: Any
) -> None:
    kept = attach(person, thing)
    settings.DARWIN_ANTIVIRUS = f"{sys.executable} -c 'raise SystemExit(1)'"
    assert check_again(actor=Actor.system("files"), file=kept.file) == "found"
    assert everything_in(house) == [f"quarantine/{kept.file.sha256}"]
    assert verify().well


# ------------------------------------------------------------------------------------------ verifying


def test_verifying_tells_a_missing_an_altered_and_a_stray_file_apart(
    house: Path, person: Account, thing: Subject
) -> None:
    files = [attach(person, thing, f"words {n}".encode(), f"{n}.txt").file for n in range(4)]
    assert verify().well and verify().files == 4
    places = [store.place_of(file.sha256) for file in files]
    places[0].unlink()
    places[1].write_bytes(b"words X")
    places[2].write_bytes(b"shorter")
    stray = store.place_of("ab" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"?")
    found = verify()
    assert found.missing == [str(files[0].id)]
    assert found.altered == [str(files[1].id), str(files[2].id)]
    assert found.strays == [str(stray)] and not found.well
