"""Are the triggers there, enabled whatever the session's role, and do they still refuse?"""

import re
from pathlib import Path

from django.db import connection

from darwin.ledger import migrations
from darwin.ledger.verification.report import Report

TRIGGERS = ("ledger_no_change", "ledger_no_truncate")
_GUARDED = """
    SELECT c.oid::regclass::text, wanted.name, t.tgenabled::text, p.proname
    FROM pg_class AS c
    CROSS JOIN unnest(%s::text[]) AS wanted(name)
    LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgname = wanted.name
    LEFT JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE c.oid IN ('ledger_entry'::regclass, 'ledger_subject'::regclass, 'ledger_block'::regclass)
       OR c.oid IN (SELECT inhrelid FROM pg_inherits
                    WHERE inhparent IN ('ledger_entry'::regclass, 'ledger_subject'::regclass))
    ORDER BY 1, 2
"""


def check_guards(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GUARDED, [list(TRIGGERS)])
        for table, trigger, enabled, function in cursor.fetchall():
            if enabled is None:
                report.add("guard_missing", table=table, trigger=trigger, how="missing")
            elif enabled != "A":
                report.add("guard_missing", table=table, trigger=trigger, how="not enabled always")
            elif function != "ledger_refuse":
                report.add("guard_missing", table=table, trigger=trigger, how="another than ours")
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'ledger_refuse'")
        if [row[0] for row in cursor.fetchall()] != [_refusal()]:
            report.add(
                "guard_missing",
                table="Every table",
                trigger="ledger_refuse",
                how="changed: it need not refuse",
            )


def _refusal() -> str:
    """The body of ledger_refuse as the migration made it."""
    sql = Path(str(migrations.__file__)).with_name("0001_tables.sql").read_text(encoding="utf-8")
    found = re.search(r"FUNCTION ledger_refuse\(\).*?AS \$\$(.*?)\$\$;", sql, re.DOTALL)
    return found.group(1) if found else ""
