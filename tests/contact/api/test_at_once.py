"""Two requests at the very same time, over two connections to a real database."""

import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from darwin.contact.api import contacts
from darwin.contact.models import Contact, ContactRecord
from darwin.staff.models import ApiAnswer
from tests.staff.machines import Machine


@pytest.fixture
def at_once(
    transactional_db: None, monkeypatch: Any
) -> Callable[[list[tuple[Machine, Any, str]]], list[Any]]:
    """Send requests so that each has logged its contact before any keeps its answer."""

    def send(requests: list[tuple[Machine, Any, str]]) -> list[Any]:
        meeting, log, answers = Barrier(len(requests), timeout=20), contacts.log_contact, []

        def logging(**told: Any) -> Any:
            meeting.wait()
            return log(**told)

        monkeypatch.setattr(contacts, "log_contact", logging)

        def one(machine: Machine, told: Any, key: str) -> None:
            answers.append(machine.post("/api/contacts", told, Idempotency_Key=key))
            connection.close()

        threads = [Thread(target=one, args=request) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return send


def test_one_key_has_one_effect_and_both_are_answered_alike(at_once: Any) -> None:
    machine, told = Machine("contact.write"), {"channel": "EMAIL", "narrative": "Once"}
    answers = at_once([(machine, told, "order-0001")] * 3)
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    assert sorted("Idempotency-Replayed" in answer.headers for answer in answers) == [False, True, True]
    assert Contact.objects.count() == ContactRecord.objects.count() == ApiAnswer.objects.count() == 1


def test_one_key_with_two_contents_keeps_one_and_refuses_the_other(at_once: Any) -> None:
    machine = Machine("contact.write")
    answers = at_once([(machine, {"channel": name}, "order-0001") for name in ("EMAIL", "LETTER")])
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert Contact.objects.count() == 1


def test_one_reference_under_two_keys_is_one_contact(at_once: Any) -> None:
    machine, told = Machine("contact.write"), {"channel": "EMAIL", "reference": "CAD-1"}
    answers = at_once(
        [(machine, told | {"taken_at": "2026-11-22T12:00:00Z"}, f"order-{n}00") for n in (1, 2)]
    )
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert Contact.objects.count() == 1
