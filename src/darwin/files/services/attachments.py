"""Attaching files, removing them, and checking them again for viruses."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.files import antivirus, sniffing, store, thresholds
from darwin.files.models import Attachment, StoredFile, Verdict
from darwin.files.store import FileRefused, Incoming
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry


def attach_file(*, actor: Actor, subject: Subject, name: str, chunks: Iterable[bytes]) -> Attachment:
    """Keep a file at `subject`, under its own name; what it holds is stored once however often it comes.

    It is written aside first, sniffed and checked for viruses, and takes its place in the transaction that
    records it: what is interrupted leaves nothing. One with a virus goes to quarantine, and is recorded.
    Raises FileRefused for what is empty, too large, too many, named as what it is not, or cannot be stored.
    """
    at = clock.now()
    own_name = sniffing.clean_name(name)
    with store.receive(chunks, at_most=thresholds.largest_bytes(at)) as incoming:
        content_type = sniffing.type_of(incoming.path, own_name)
        verdict = antivirus.check(incoming.path)
        with transaction.atomic():
            _take_turns(subject)
            _refuse_more(subject)
            file = _stored(incoming, content_type, verdict)
            attachment = Attachment.objects.create(
                file=file,
                subject_kind=subject.kind,
                subject_id=subject.id,
                name=own_name,
                added_at=at,
                added_by_id=actor.id,
                part="" if actor.id else actor.name,
            )
            record_entry(
                actor=actor,
                verb=Verb.COLLECT,
                event="files.attached_file",
                subjects=[Subject("attachment", attachment.id), Subject("stored_file", file.id), subject],
                fields=["name", "content_type"],
                counts={"bytes": file.size, "virus_found": int(file.verdict == Verdict.FOUND)},
            )
            # The last act before the commit: bytes without a record are found by `darwin files verify`,
            # a record without bytes would be a file lost.
            if file.quarantined_at is None:
                store.put_in_place(incoming)
            else:
                store.put_in_quarantine(incoming.path, incoming.sha256)
    return attachment


@transaction.atomic
def remove_attachment(*, actor: Actor, attachment: Attachment, reason: str) -> Attachment:
    """Offer a file no more; the row stays with who removed it and why.

    Raises FileRefused without a reason, or if it is removed already.
    """
    if not reason.strip():
        raise FileRefused(_("Say why it is removed. The file stays where it is."))
    changed = Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(
        removed_at=clock.now(), removed_by_id=actor.id, removal_reason=reason.strip()[:500]
    )
    if not changed:
        raise FileRefused(_("Somebody has removed this file already. Nothing was changed."))
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="files.removed_attachment",
        subjects=[
            Subject("attachment", attachment.id),
            Subject(attachment.subject_kind, attachment.subject_id),
        ],
        fields=["removed_at"],
        reason=reason.strip(),
    )
    attachment.refresh_from_db()
    return attachment


def check_again(*, actor: Actor, file: StoredFile) -> Verdict:
    """Check a stored file that was not checked, or could not be; one with a virus goes to quarantine."""
    verdict = antivirus.check(store.place_of(file.sha256))
    at = clock.now()
    with transaction.atomic():
        row = StoredFile.objects.select_for_update().get(pk=file.pk)
        if row.quarantined_at is not None or verdict is Verdict.NOT_CHECKED:
            return Verdict(row.verdict)
        row.verdict, row.checked_at = verdict, at if verdict is not Verdict.FAILED else None
        row.quarantined_at = at if verdict is Verdict.FOUND else None
        row.save(update_fields=["verdict", "checked_at", "quarantined_at"])
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="files.checked_file",
            subjects=[Subject("stored_file", row.id)],
            fields=["verdict"],
        )
        if verdict is Verdict.FOUND:
            store.put_in_quarantine(store.place_of(row.sha256), row.sha256)
    return verdict


def _stored(incoming: Incoming, content_type: str, verdict: Verdict) -> StoredFile:
    """The row of this content, made if it is new; of two that come at once the second waits for the first."""
    at = clock.now()
    checked = at if verdict in (Verdict.CLEAN, Verdict.FOUND) else None
    StoredFile.objects.bulk_create(
        [
            StoredFile(
                sha256=incoming.sha256,
                size=incoming.size,
                content_type=content_type,
                verdict=verdict,
                checked_at=checked,
                stored_at=at,
                quarantined_at=at if verdict is Verdict.FOUND else None,
            )
        ],
        ignore_conflicts=True,
    )
    row = StoredFile.objects.select_for_update().get(sha256=incoming.sha256)
    if row.quarantined_at is None and verdict is Verdict.FOUND:
        # The check has learnt of this virus since the file first came.
        row.verdict, row.checked_at, row.quarantined_at = verdict, at, at
        row.save(update_fields=["verdict", "checked_at", "quarantined_at"])
        store.place_of(row.sha256).unlink(missing_ok=True)
    elif row.quarantined_at is None and checked is not None:
        row.verdict, row.checked_at = verdict, checked
        row.save(update_fields=["verdict", "checked_at"])
    return row


def _take_turns(subject: Subject) -> None:
    """Of two who add to one thing at once, the second counts what the first has added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"files:{subject.id}"])


def _refuse_more(subject: Subject) -> None:
    most = thresholds.most_at_a_subject(clock.now())
    held = Attachment.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, removed_at=None
    ).count()
    if held >= most:
        raise FileRefused(
            _("There are %(most)s files here already, the most that one record may have. Nothing was kept.")
            % {"most": most}
        )
