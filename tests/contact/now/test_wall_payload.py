"""Counts and waits only: nothing that could name anybody or any place ever reaches a wall."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.models import SwitchMember
from darwin.contact.now.drawn import draw_wall
from darwin.contact.now.reading import read_now
from darwin.contact.now.wall import wall_of
from darwin.contact.services.floor import note_connected, note_down
from darwin.contact.services.handlers import link_handler
from darwin.contact.telephony.events import EventType
from tests.contact.now import scene
from tests.staff.people import someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]

# What somebody types into a switch as the name of a telephone, a reason for a pause or a caller's number. The
# letters of each are unlike any word of the wall's own, so that one that got through is found.
HOSTILE = st.one_of(
    st.integers(0, 999).map(lambda n: f"07700 900{n:03}"),
    st.integers(0, 999).map(lambda n: f"+44116496{n:04}"),
    st.sampled_from(
        [
            "Quentin Zuzenko",
            "42 Xylophone Yard, Zeal",
            "ZQ firearms marker",
            "<script>zq()</script>",
            "zq@example.com",
            "LE1 9ZQ",
            "break with Quentin",
            "07700900123 break",
            "\u202ezq",
            "zq" * 50,
        ]
    ),
)
NUMBER = re.compile(r"\d[\d\s-]{7,}\d")


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    caller=HOSTILE,
    member=HOSTILE,
    agent=HOSTILE,
    reason=HOSTILE,
    name=HOSTILE,
    call_id=HOSTILE,
    trouble=HOSTILE,
    language=st.sampled_from(["en-gb", "cy"]),
    is_down=st.booleans(),
)
def test_no_number_name_place_or_marker_reaches_the_wall(
    caller: str, member: str, agent: str, reason: str, name: str, call_id: str, trouble: str,
    language: str, is_down: bool,
) -> None:  # fmt: skip
    agent, member, call_id = agent[:100], member[:100], f"{call_id[:100]} living"
    with transaction.atomic():
        ago = scene.NOW - timedelta(seconds=50)
        note_connected(switch=scene.SWITCH, source=trouble[:80], instance=trouble[:80])
        scene.tell(scene.state(ago, agent, f"paused: {reason}", member))
        scene.tell(scene.state(ago, "other", "idle", name[:100]))
        scene.tell(
            scene.event(ago, EventType.QUEUED, queue="101", call_id=call_id, caller=caller),
            scene.event(scene.NOW, EventType.RINGING, queue="101", call_id=call_id, agent="other"),
        )
        for account in [someone("contact_handler", display_name=name[:100])]:
            if SwitchMember.objects.filter(switch=scene.SWITCH, interface="other").exists():
                link_handler(
                    actor=scene.LISTENER,
                    switch=scene.SWITCH,
                    member=name[:100],
                    interface="other",
                    account_id=account.id,
                )
        if is_down:
            note_down(switch=scene.SWITCH, source="scene", trouble=trouble)
        html = draw_wall(wall_of(read_now()), language)
        transaction.set_rollback(True)
    # Texts apart, so that two figures side by side are no number; attributes are looked through as well.
    assert not NUMBER.search(re.sub(r"<[^>]*>", "|", html))
    found = letters(html)
    for typed in (caller, member, agent, reason, name, trouble):
        assert letters(typed) not in found
    assert not any(word in found for word in ("quentin", "zuzenko", "xylophone", "firearm", "zq"))
