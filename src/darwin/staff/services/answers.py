"""The kept answers of requests with an Idempotency-Key, and their end."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import start_deadline
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.models import Installation
from darwin.staff.models import ApiAnswer, ApiToken

KEPT_FOR = timedelta(hours=24)
"""A client that lost our answer asks again within seconds; one that was down over night, the next day."""
FORGET = "staff.forget_api_answers"
FORGOTTEN_EVERY = timedelta(hours=6)


def keep_answer(*, token: ApiToken, key: str, fingerprint: str, status: int, answer: Any) -> None:
    """Keep what a request was answered, in the transaction of the write it asked for, whose ledger entry
    stands for it."""
    ApiAnswer.objects.filter(token=token, key=key, good_until__lte=clock.now()).delete()
    ApiAnswer.objects.create(
        token=token,
        key=key,
        fingerprint=fingerprint,
        status=status,
        answer=answer,
        good_until=clock.now() + KEPT_FOR,
    )


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
