"""How to visit the addresses of the staff room."""

from collections.abc import Mapping
from typing import Any

from tests.addresses import example

from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.staff.models import Account, Posting, RoleHolding

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
