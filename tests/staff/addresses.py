"""How to visit the addresses of the staff room."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from darwin.deadlines import clock
from darwin.ledger.actors import Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.staff.models import Account, ApiToken, Posting, RoleHolding
from tests.addresses import example

from .people import someone


def _somebody(account: Account | None, rows: int) -> Mapping[str, Any]:
    other = someone("contact_handler")
    Posting.objects.create(account=other, held_from=clock.now())
    now = clock.now()
    RoleHolding.objects.bulk_create(
        RoleHolding(account=other, role="officer", held_from=now, ended_at=now) for _ in range(rows)
    )
    return {"account_id": other.id}


def _many(account: Account | None, rows: int) -> Mapping[str, Any]:
    Account.objects.bulk_create(
        Account(sign_in_name=f"extra.{new_id()}", display_name=f"Extra {number}") for number in range(rows)
    )
    return {}


example("staff:account", prepare=_somebody)
example("staff:accounts", prepare=_many, many_rows=True)
example(
    "staff:account_change",
    prepare=lambda account, rows: {**_somebody(account, rows), "change": "grant"},
    method="post",
    data={"role": "officer"},
)
example("staff:my_theme", method="post", data={"theme": "light"})
example("staff:my_language", method="post", data={"language": "cy"})
example("staff:my_passkey_remove", method="post", prepare=lambda account, rows: {"passkey_id": 1})
example("staff:session_here", method="post")
example("staff:session_lock", method="post")


def _entries(account: Account | None, rows: int) -> Mapping[str, Any]:
    authors = [someone() for _ in range(min(rows, 60))]
    with transaction.atomic():
        for number in range(rows):
            record_entry(
                actor=authors[number % len(authors)].actor,
                verb=Verb.ALTER,
                event="staff.tested_pages",
                subjects=[Subject("account", authors[0].id), Subject("contact", new_id())],
                fields=["theme"],
                counts={"rows": number},
                reason="Because a test says so",
            )
    return {}


example("staff:ledger", prepare=_entries, many_rows=True)
example("staff:ledger_export", prepare=_entries, many_rows=True)
example("staff:reference_list", prepare=lambda account, rows: {"code": "contact_channel"})
example(
    "staff:reference_entry", prepare=lambda account, rows: {"code": "contact_channel", "entry": "PHONE_999"}
)
example("staff:reference_threshold", prepare=lambda account, rows: {"code": "contact.101.answer_within_s"})


def _tokens(account: Account | None, rows: int) -> Mapping[str, Any]:
    now = clock.now()
    made = ApiToken.objects.bulk_create(
        ApiToken(
            client=f"switch-{number}",
            scopes=["telephony.events"],
            secret_hash=str(new_id()),
            made_at=now,
            good_until=now + timedelta(days=30),
        )
        for number in range(rows)
    )
    return {"token_id": made[0].id}


def _many_tokens(account: Account | None, rows: int) -> Mapping[str, Any]:
    _tokens(account, rows)
    return {}


example("staff:tokens", prepare=_many_tokens, many_rows=True)
example("staff:token_revoke", prepare=_tokens, method="post", data={"reason": "The contract ended."})
