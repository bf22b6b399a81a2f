"""The ledger's tables, as Django reads them. PostgreSQL makes and guards them (migrations, docs/ledger.md).

All are unmanaged: partitions, triggers, privileges and the two writing functions are beyond what a Django
model can say. Nothing refers to the partitioned tables by a foreign key, and they refer to nothing.
"""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

if TYPE_CHECKING:
    _IntField = models.Field[int, int]
else:
    _IntField = models.Field


class TransactionField(_IntField):
    """PostgreSQL's 64-bit transaction id (xid8), read as an int."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def from_db_value(self, value: str | int | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


class Entry(models.Model):
    """One write or one read. Holds identifiers, verbs, field names and counts; never a personal value.

    at: the installation's clock. txid and system_identifier: the writing transaction and its cluster.
    reason_id: soft reference to the erasable Reason. The two commitments are HMAC-SHA256 under the salt that
    lies beside the reason: of its text, and of a value that must be provable.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField()
    verb = models.TextField()
    event = models.TextField()
    reason_code = models.TextField()
    fields = ArrayField(models.TextField())
    counts = models.JSONField()
    reason_id = models.UUIDField(null=True)
    reason_commitment = models.BinaryField(null=True)
    value_commitment = models.BinaryField(null=True)
    txid = TransactionField()
    system_identifier = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return f"entry {self.id}: {self.event}"


class EntrySubject(models.Model):
    """One thing that an entry is about. The database's key is (at, entry_id, kind, id)."""

    entry_id = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.TextField()
    id = models.UUIDField(primary_key=True)

    class Meta:
        managed = False
        db_table = "ledger_subject"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Reason(models.Model):
    """The text of a reason, with the salt of its entry's commitments. Erasing one deletes the row."""

    id = models.UUIDField(primary_key=True)
    text = models.TextField()
    salt = models.BinaryField()

    class Meta:
        managed = False
        db_table = "ledger_reason"

    def __str__(self) -> str:
        return f"reason {self.id}"


class Block(models.Model):
    """A closed block. `entries` is the concatenation of 56-byte leaves in order (see canonical.py).

    months: {"2026-03": [entries, subjects]}. adoption: what an adopted restore lost, otherwise null.
    """

    number = models.BigIntegerField(primary_key=True)
    closed_at = models.DateTimeField()
    system_identifier = models.BigIntegerField()
    count = models.IntegerField()
    months = models.JSONField()
    entries = models.BinaryField()
    root = models.BinaryField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()
    signature = models.BinaryField()
    key_id = models.TextField()
    adoption = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_block"

    def __str__(self) -> str:
        return f"block {self.number}"
