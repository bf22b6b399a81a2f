"""Is each reason the text that was given, and was each that is gone erased on the record?"""

from django.db import connection

from darwin.ledger.commitments import proves
from darwin.ledger.verification.report import Report

_WITH_TEXT = """
    SELECT e.id, e.reason_commitment, r.salt, r.text FROM ledger_entry AS e
    JOIN ledger_reason AS r ON r.id = e.reason_id WHERE e.reason_commitment IS NOT NULL
"""
_GONE_UNRECORDED = """
    SELECT e.id FROM ledger_entry AS e
    WHERE e.reason_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM ledger_reason AS r WHERE r.id = e.reason_id)
      AND NOT EXISTS (SELECT FROM ledger_subject AS s
                      JOIN ledger_entry AS x ON x.at = s.at AND x.id = s.entry_id
                      WHERE s.id = e.reason_id AND s.kind = 'ledger_reason' AND x.verb = 'erase')
"""


def check_reasons(report: Report) -> None:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_WITH_TEXT)
        while page := cursor.fetchmany(2_000):
            for entry, commitment, salt, text in page:
                if not proves(bytes(commitment), bytes(salt), "reason", text):
                    report.add("reason_edited", entry=entry)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_GONE_UNRECORDED)
        while page := cursor.fetchmany(2_000):
            for (entry,) in page:
                report.add("reason_removed", entry=entry)
