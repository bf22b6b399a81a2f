"""The kept answers of requests with an Idempotency-Key, and their end."""

import json
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import start_deadline
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.reference.models import Installation
from darwin.staff.models import ApiAnswer, ApiToken

KEPT_FOR = timedelta(hours=24)
"""A client that lost our answer asks again within seconds; one that was down over night, the next day."""
FORGET = "staff.forget_api_answers"
FORGOTTEN_EVERY = timedelta(hours=6)


_KEEP = """
INSERT INTO staff_apianswer AS kept (id, token_id, key, fingerprint, status, answer, good_until)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s)
ON CONFLICT (token_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer,
    good_until = excluded.good_until
WHERE kept.good_until <= %s
"""


def keep_answer(*, token: ApiToken, key: str, fingerprint: str, status: int, answer: Any) -> bool:
    """Keep what a request was answered, in the transaction of the write it asked for, whose ledger entry
    stands for it. False if another request with this key was answered first: one that is under way is waited
    for. An answer whose time is over makes room."""
    now = clock.now()
    values = (new_id(), token.id, key, fingerprint, status, json.dumps(answer), now + KEPT_FOR, now)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        return bool(cursor.rowcount == 1)


def keep_forgetting(*, actor: Actor) -> None:
    """Let the clock run that ends kept answers, if it does not already: there is one for the whole house."""
    house = Installation.objects.first()
    if house is None or Deadline.objects.filter(kind=FORGET, state__in=RUNNING).exists():
        return
    start_deadline(
        actor=actor,
        kind=FORGET,
        subject=Subject("installation", house.id),
        due_at=clock.now() + FORGOTTEN_EVERY,
    )


@transaction.atomic
def forget_answers(deadline: Deadline, actor: Actor) -> None:
    """Delete the answers whose time is over. The clock goes on while a token can still be used or an answer
    is still kept; the next token that is made starts it again."""
    now = clock.now()
    gone, _ = ApiAnswer.objects.filter(good_until__lte=now).delete()
    if gone:
        record_entry(actor=actor, verb=Verb.ERASE, event="staff.forgot_api_answers", counts={"answers": gone})
    if ApiAnswer.objects.exists() or ApiToken.objects.filter(revoked_at=None, good_until__gt=now).exists():
        keep_forgetting(actor=actor)
