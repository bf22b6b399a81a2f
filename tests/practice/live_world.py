"""A practice force whose clock the test moves: its day is played in steps, without anybody sleeping."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from darwin.contact.models import CommandKind, SwitchCommand, SwitchMember
from darwin.contact.services.switch_commands import ask_switch
from darwin.deadlines import clock
from darwin.practice.live.feeding import Feeder
from darwin.practice.records import SOURCE
from darwin.staff.models import Account

MONDAY = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)


class World:
    """Time under the test's hand. Real time and the force's run alike."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at
        with self.standing():
            self.feeder = Feeder(real=self.real)
        self.pass_by(1.5, step=0.5)  # a stretch begins a second after it is announced

    def real(self) -> float:
        return self.at.timestamp()

    @contextmanager
    def standing(self) -> Iterator[None]:
        with clock.standing_at(self.at):
            yield

    def pass_by(self, seconds: float, step: float = 2.0) -> None:
        """Let time go by in steps."""
        until = self.at + timedelta(seconds=seconds)
        while self.at < until:
            self.at = min(until, self.at + timedelta(seconds=step))
            with self.standing():
                self.feeder.step()

    def ask(self, account: Account, kind: CommandKind, **more: Any) -> SwitchCommand:
        """What the person's screen asks of the switch, and how it ended."""
        member = SwitchMember.objects.get(account=account)
        with self.standing():
            command = ask_switch(
                actor=account.actor, switch=SOURCE, kind=kind, interface=member.interface, **more
            )
        self.pass_by(0.2, step=0.1)
        command.refresh_from_db()
        return command
