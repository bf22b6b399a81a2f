"""How to visit the addresses of the outbound room."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from darwin.deadlines import clock
from darwin.outbound.models import Attempt, ContactPoint, SafeContact
from darwin.staff.models import Account
from tests.addresses import example
from tests.staff.people import someone

_numbers = count(1)


def _point() -> ContactPoint:
    return ContactPoint.objects.get_or_create(
        kind="telephone", value=f"+447700900{next(_numbers) % 1000:03}"
    )[0]


def _answers(point: ContactPoint, rows: int, **more: Any) -> list[SafeContact]:
    asker, at = someone("contact_handler"), clock.now()
    return SafeContact.objects.bulk_create(
        SafeContact(
            point=point,
            not_allowed=["text"],
            words="The dentist",
            asked_at=at,
            asked_by=asker,
            recorded_at=at,
            **more,
        )
        for _ in range(rows)
    )


def _safe_contact(account: Account | None, rows: int) -> Mapping[str, Any]:
    point = _point()
    _answers(point, rows)
    return {"point_id": point.id}


def _answer(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"preference_id": _answers(_point(), 1, allowed=["call_back"], needs_second_person=True)[0].id}


def _waiting(account: Account | None, rows: int) -> Mapping[str, Any]:
    for _ in range(min(rows, 30)):
        _answers(_point(), max(1, rows // 30), needs_second_person=True)
    return {}


def _tried(account: Account | None, rows: int) -> Mapping[str, Any]:
    point, by, at = _point(), account or someone("contact_handler"), clock.now()
    Attempt.objects.bulk_create(
        Attempt(
            point=point,
            channel="call_back",
            purpose="LOST_CALL",
            by=by,
            begun_at=at - timedelta(hours=n),
            ended_at=at if n else None,
            result="NO_ANSWER" if n else "",
        )
        for n in range(rows)
    )
    return {"point_id": point.id}


def _attempt(account: Account | None, rows: int) -> Mapping[str, Any]:
    _tried(account, 1)
    return {"attempt_id": Attempt.objects.order_by("-id")[0].id}


example("outbound:look_up")
example("outbound:waiting", prepare=_waiting, many_rows=True)
example("outbound:point", prepare=_safe_contact)
example("outbound:decide", prepare=_safe_contact)
example("outbound:attempts", prepare=_tried)
example("outbound:second_person", prepare=_answer)
example("outbound:finish", prepare=_attempt, method="post", data={"result": "NO_ANSWER"})
