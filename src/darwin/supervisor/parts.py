"""What `darwin up` runs beside the database: declared here once, each part a program of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from darwin.config import environment

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """One program.

    name: in the state file and the health page. title: in sentences ("… ended, is started again").
    arguments: after the interpreter. forever: started again whenever it ends; otherwise it is done when it
    ends with status 0. modes: the modes in which it runs, empty for all.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    forever: bool = True
    modes: tuple[str, ...] = ()


def command(*words: str) -> tuple[str, ...]:
    """The arguments for a command of darwin's own."""
    return ("-m", "darwin.cli", *words)


WEB = Part("web", "The web server", ("-m", "darwin.supervisor.web"))
PARTS: tuple[Part, ...] = (
    WEB,
    Part("publisher", "The publisher of live screens", command("ledger", "publish", "--forever")),
    Part("blocks", "The closing of the ledger's blocks", command("ledger", "close-blocks", "--forever")),
    Part("deadlines", "The deadlines' worker", command("deadlines", "work", "--forever")),
    Part("months", "The counting of past months", command("contact", "count-months", "--forever")),
    Part("fallback", "The fall-back pack", command("contact", "fallback-pack", "--forever")),
    Part("routing", "The routing of call-backs and messages", command("contact", "route")),
    Part("planning", "The planning worker", command("plan", "work", "--forever")),
    Part("practice", "The made-up force", command("practice", "live"), modes=("practice",)),
    Part(
        "practice-history",
        "The made-up force's history",
        command("practice", "load", "--keep-up"),
        modes=("practice",),
    ),
)


def parts_of(mode: str) -> tuple[Part, ...]:
    """The parts that run in this mode. Raises SettingError if the settings name half of a switch."""
    listener = () if mode == "practice" else _listener()
    return tuple(part for part in (*PARTS, *listener) if not part.modes or mode in part.modes)


def _listener() -> tuple[Part, ...]:
    """The listener of the switch that the settings name, if they name one."""
    needed = {
        "DARWIN_SWITCH_HOST": environment.text("DARWIN_SWITCH_HOST"),
        "DARWIN_SWITCH_USER": environment.text("DARWIN_SWITCH_USER"),
        "DARWIN_SWITCH_SECRET_FILE": environment.text("DARWIN_SWITCH_SECRET_FILE"),
    }
    if not any(needed.values()):
        return ()
    if missing := [name for name, value in needed.items() if not value]:
        raise environment.SettingError(
            f"The settings name a switch to listen to, but not {' and '.join(missing)}. Set all of "
            f"{', '.join(needed)}, or none. Nothing was started."
        )
    host, user, secret_file = needed.values()
    port = environment.text("DARWIN_SWITCH_PORT", "5038")
    words = ["--host", host, "--port", port, "--user", user, "--secret-file", secret_file]
    for option, value in (
        ("--switch", environment.text("DARWIN_SWITCH_NAME", "asterisk")),
        ("--queue-log", environment.text("DARWIN_SWITCH_QUEUE_LOG")),
        ("--ring-out-context", environment.text("DARWIN_SWITCH_RING_OUT_CONTEXT")),
    ):
        words += [option, value] if value else []
    listening = command("contact", "listen", "asterisk", *words, "--forever")
    return (Part("listener", "The listener of the switch", listening),)


@dataclass(slots=True)
class Pauses:
    """How long to wait before a part is started again: 1 s, doubled up to 30 s; 1 s after a healthy minute.

    clock: seconds that only go forward.
    """

    clock: Callable[[], float]
    started_at: float = 0.0
    ends_in_a_row: int = 0
    _next_s: float = FIRST_PAUSE_S

    def start(self) -> None:
        self.started_at = self.clock()

    def forgive(self) -> None:
        """Forget the ends so far: another part was their cause."""
        self._next_s = FIRST_PAUSE_S
        self.ends_in_a_row = 0

    def end(self) -> float:
        """The pause after this end, in seconds."""
        if self.clock() - self.started_at >= HEALTHY_AFTER_S:
            self.forgive()
        self.ends_in_a_row += 1
        pause = self._next_s
        self._next_s = min(2 * pause, LONGEST_PAUSE_S)
        return pause
