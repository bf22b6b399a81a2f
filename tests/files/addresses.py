"""How to visit the addresses of the files room: accounts stand for the things that have files."""

from collections.abc import Mapping
from typing import Any

from darwin.deadlines import clock
from darwin.files.models import Attachment, StoredFile
from darwin.files.permissions import USE_FILES
from darwin.files.subjects import SubjectFiles, declare_subject
from darwin.ledger.ids import new_id
from darwin.staff.models import Account
from tests.addresses import example
from tests.staff.people import someone

THING = "account_under_test"
declare_subject(SubjectFiles(THING, "An account", Account, see=USE_FILES, add=USE_FILES))


def _files(account: Account | None, rows: int) -> Mapping[str, Any]:
    thing = account or someone()
    file = StoredFile.objects.create(
        sha256=f"{new_id().int:064x}", size=5, content_type="text/plain", stored_at=clock.now()
    )
    Attachment.objects.bulk_create(
        Attachment(
            file=file,
            subject_kind=THING,
            subject_id=thing.id,
            name=f"words {number}.txt",
            added_at=clock.now(),
            part="test",
        )
        for number in range(rows)
    )
    return {"kind": THING, "subject_id": thing.id}


def _file(account: Account | None, rows: int) -> Mapping[str, Any]:
    _files(account, 1)
    return {"attachment_id": Attachment.objects.order_by("-id")[0].id}


example("files:files", prepare=_files)
example("files:download", prepare=_file)
example("files:remove", prepare=_file, method="post", data={"reason": "The wrong file."})
