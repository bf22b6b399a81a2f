"""What is known of live calls, and of what comes in writing, besides the switch's words."""

from dataclasses import dataclass, field

from darwin.practice.rows import Call


@dataclass(slots=True)
class Told:
    """What is known of calls besides the switch's words. calls: those that are over, with what a simulated
    colleague wrote of them. promised: callers to whom a call-back was promised; kept: those who were called
    back, whether or not they were told as promised before. written: what came in writing; worked: that of it
    which a simulated colleague has taken, with what came of it."""

    calls: list[Call] = field(default_factory=list)
    promised: list[Call] = field(default_factory=list)
    kept: list[Call] = field(default_factory=list)
    written: list[Call] = field(default_factory=list)
    worked: list[Call] = field(default_factory=list)

    def add(self, more: "Told") -> None:
        """Take in what was told later."""
        self.calls += more.calls
        self.promised += more.promised
        self.kept += more.kept
        self.written += more.written
        self.worked += more.worked

    def __bool__(self) -> bool:
        return bool(self.calls or self.promised or self.kept or self.written or self.worked)
