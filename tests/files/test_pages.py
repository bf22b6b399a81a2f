"""Who may see a thing may see its files; a file is saved and never shown."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from darwin.files import store
from darwin.files.models import Attachment
from darwin.files.permissions import USE_FILES
from darwin.files.services.attachments import attach_file
from darwin.files.subjects import SubjectFiles, declare_subject
from darwin.ledger.actors import Subject
from darwin.ledger.models import EntrySubject
from darwin.staff import permissions
from darwin.staff.models import Account
from darwin.staff.permissions import Rule, own
from tests.staff.people import someone

from .conftest import PNG

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Account], Client]


@pytest.fixture
def narrow(house: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind "own": accounts that only their owner sees, and only investigators add to."""
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    see = Rule("test.own_account", "See one's own account", {"investigator", "officer"}, own(""))
    add = Rule("test.add_to_account", "Add to accounts", {"investigator"})
    declare_subject(SubjectFiles("own", "An account", Account, see=see, add=add))


def files_of(thing: Subject) -> str:
    return reverse("files:files", kwargs={"kind": thing.kind, "subject_id": thing.id})


def opened(attachment: Attachment) -> str:
    return reverse("files:download", kwargs={"attachment_id": attachment.id})


def attach(person: Account, thing: Subject, content: bytes = PNG, name: str = "door.png") -> Attachment:
    return attach_file(actor=person.actor, subject=thing, name=name, chunks=[content])


def test_a_file_is_added_and_saved_again_as_it_was(
    person: Account, thing: Subject, signed_in: SignedIn
) -> None:
    browser = signed_in(person)
    sent = browser.post(files_of(thing), {"file": SimpleUploadedFile("door.png", PNG, "text/html")})
    assert sent.status_code == 302
    answer = browser.get(opened(Attachment.objects.get()))
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="door.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert EntrySubject.objects.filter(kind="attachment", id=Attachment.objects.get().id).exists()


@pytest.mark.parametrize(
    ("name", "content", "served"),
    [
        ("page.html", b"<html><script>x</script>", "text/plain"),
        (
            "drawing.svg",
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
            "text/plain",
        ),
        ("tool.exe", b"MZ" + bytes(400), "application/octet-stream"),
    ],
)
def test_nothing_is_served_as_what_a_browser_would_run(
    name: str, content: bytes, served: str, person: Account, thing: Subject, signed_in: SignedIn
) -> None:
    kept = attach(person, thing, content, name)
    answer = signed_in(person).get(opened(kept))
    assert answer.headers["Content-Type"] == served
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_who_may_not_see_a_thing_is_told_that_there_is_none(
    person: Account, narrow: None, signed_in: SignedIn
) -> None:
    mine = Subject("own", person.id)
    kept = attach(person, mine)
    other = someone("investigator")
    assert signed_in(person).get(files_of(mine)).status_code == 200
    for address in (files_of(mine), opened(kept), files_of(Subject("no_such_kind", person.id))):
        assert signed_in(other).get(address).status_code == 404
    removal = reverse("files:remove", kwargs={"attachment_id": kept.id})
    assert signed_in(other).post(removal, {"reason": "Mine."}).status_code == 404


def test_who_may_see_and_not_add_adds_and_removes_nothing(narrow: None, signed_in: SignedIn) -> None:
    officer = someone("officer")
    mine = Subject("own", officer.id)
    kept = attach(officer, mine)
    browser = signed_in(officer)
    sent = browser.post(files_of(mine), {"file": SimpleUploadedFile("door.png", PNG)})
    assert sent.status_code == 422 and "not add to them" in sent.content.decode()
    removal = browser.post(reverse("files:remove", kwargs={"attachment_id": kept.id}), {"reason": "No."})
    assert removal.status_code == 422 and Attachment.objects.get().removed_at is None


def test_an_upload_that_says_it_is_too_large_is_not_read(
    person: Account, thing: Subject, signed_in: SignedIn
) -> None:
    answer = signed_in(person).post(
        files_of(thing),
        {"file": SimpleUploadedFile("film.mp4", b"x")},
        CONTENT_LENGTH=str(51_000_000),
    )
    assert answer.status_code == 422 and "larger than 50 MB" in answer.content.decode()


def test_without_a_file_the_page_says_what_to_do(
    person: Account, thing: Subject, signed_in: SignedIn
) -> None:
    answer = signed_in(person).post(files_of(thing), {})
    assert answer.status_code == 422 and "Choose a file first" in answer.content.decode()


def test_a_removed_a_quarantined_and_a_lost_file_are_not_opened(
    person: Account, thing: Subject, signed_in: SignedIn
) -> None:
    browser = signed_in(person)
    removed, lost = attach(person, thing), attach(person, thing, b"words", "words.txt")
    browser.post(reverse("files:remove", kwargs={"attachment_id": removed.id}), {"reason": "The wrong door."})
    store.place_of(lost.file.sha256).unlink()
    for attachment, told in ((removed, "it was removed"), (lost, "its content is missing")):
        answer = browser.get(opened(attachment))
        assert answer.status_code == 422 and told in answer.content.decode()
    assert "The wrong door." in browser.get(files_of(thing)).content.decode()


def test_a_virus_is_told_and_the_file_not_offered(
    person: Account, thing: Subject, signed_in: SignedIn, settings: object
) -> None:
    settings.DARWIN_ANTIVIRUS = "false"  # type: ignore[attr-defined]
    browser = signed_in(person)
    answer = browser.post(files_of(thing), {"file": SimpleUploadedFile("door.png", PNG)})
    assert answer.status_code == 422 and "A virus was found" in answer.content.decode()
    kept = Attachment.objects.get()
    assert f'href="{opened(kept)}"' not in answer.content.decode()
    assert browser.get(opened(kept)).status_code == 422


def test_every_role_that_may_use_files_may_see_personal_data() -> None:
    assert not {"local_policing_body", "panel_reader", "administrator"} & USE_FILES.roles
