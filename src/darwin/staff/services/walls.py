"""Pairing a wall screen: a code, good for an hour and once, then a token that its browser alone has."""

import secrets
from datetime import timedelta

from django.db import transaction

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.staff.models import WallScreen
from darwin.staff.services.accounts import StaffFault
from darwin.staff.walls import secret_hash

CODE_GOOD_FOR = timedelta(hours=1)
# No letter that is read as a figure or as another letter: a code is typed with a remote control.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LENGTH, _GROUP = 12, 4
CODE_IS_OVER = (
    "This code has been used, or its hour is over, or a letter is wrong. Nothing was changed. "
    "Read it again, or ask the supervisor for a new one."
)


def plain_code(typed: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(letter for letter in typed.upper() if letter in _LETTERS)


@transaction.atomic
def make_wall_code(*, actor: Actor, name: str) -> tuple[WallScreen, str]:
    """A screen that waits to be paired, and the code for it ("7KQ2-MV4T-XH9C"), which is kept nowhere.

    Raises StaffFault if the name is empty or belongs to a screen that is in use.
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise StaffFault("A wall needs a name, so that it can be told from the others. Say where it hangs.")
    if WallScreen.objects.filter(name__iexact=name, ended_at=None, paired_at__isnull=False).exists():
        raise StaffFault(
            f"There is a wall called {name} already. End that one first, or choose another name."
        )
    now = clock.now()
    # An older code for the same place is good no longer.
    WallScreen.objects.filter(name__iexact=name, ended_at=None, paired_at=None).update(ended_at=now)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    screen = WallScreen.objects.create(
        name=name,
        code_hash=secret_hash(code),
        code_good_until=now + CODE_GOOD_FOR,
        made_at=now,
        made_by=actor.id,
    )
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="staff.made_wall_code",
        subjects=[Subject("wall_screen", screen.id)],
    )
    return screen, "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


@transaction.atomic
def pair_wall_screen(*, actor: Actor, code: str) -> tuple[WallScreen, str]:
    """Use a code up; the screen, and the token for its browser's cookie.

    Raises StaffFault if the code is not good.
    """
    now = clock.now()
    token = secrets.token_urlsafe(32)
    waiting = WallScreen.objects.filter(
        code_hash=secret_hash(plain_code(code)), paired_at=None, ended_at=None, code_good_until__gt=now
    )
    if waiting.update(paired_at=now, token_hash=secret_hash(token)) != 1:
        raise StaffFault(CODE_IS_OVER)
    screen = WallScreen.objects.get(token_hash=secret_hash(token))
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="staff.paired_wall_screen",
        subjects=[Subject("wall_screen", screen.id)],
    )
    return screen, token


@transaction.atomic
def end_wall_screen(*, actor: Actor, screen: WallScreen) -> None:
    """Let a screen show nothing any more. One that was ended already stays as it was."""
    if WallScreen.objects.filter(pk=screen.pk, ended_at=None).update(ended_at=clock.now()) != 1:
        return
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="staff.ended_wall_screen",
        subjects=[Subject("wall_screen", screen.pk)],
    )
