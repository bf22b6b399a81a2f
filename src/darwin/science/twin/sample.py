"""One sample path: the attempts of a day as records, as a switch would see them. Practice mode plays it."""

from dataclasses import dataclass, replace

from darwin.science.twin import loop, prepare
from darwin.science.twin.model import Scenario
from darwin.science.twin.reading import ScenarioRefused
from darwin.science.twin.state import OUTCOMES, REPEAT, VULNERABLE

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one caller, or one leg of it after a transfer.

    Times in seconds: `arrived_s` and `waited_until_s` since the day's midnight, `talk_s` and `wrap_s` long.
    `caller` is the same for all attempts of one caller; `outcome` is one of state.OUTCOMES; `handler` is a
    group and a number in it, None where nobody took it; `attempt` and `leg` count from 0.
    """

    caller: int
    type: str
    channel: str
    arrived_s: float
    waited_until_s: float
    outcome: str
    handler: tuple[str, int] | None
    talk_s: float
    wrap_s: float
    attempt: int
    leg: int
    vulnerable: bool
    repeat: bool


def sample_day(scenario: Scenario, *, seed: int, weekday: int = 0, number: int = 0) -> list[Attempt]:
    """The attempts of one day of replication `number`, in the order in which they began.

    `weekday` from 0 (Monday). Attempts that began on the day and ended later are in it. Raises
    ScenarioRefused for a day with more attempts than a path holds.
    """
    days = replace(scenario, days=weekday + 1)
    memory, pace = prepare.memory(days, seed, number, log=True)
    loop.run(memory, pace)
    found = memory[0]
    if found["full"] or found["logged"] > len(found["log"]):
        raise ScenarioRefused(
            f"{scenario.name or 'The scenario'}: a sample path holds at most {len(found['log']):,} attempts. "
            "Ask for an earlier day, or fewer warm-up days."
        )
    places = [(group.name, at) for group in scenario.groups for at in range(prepare.size_of(group))]
    midnight = (scenario.warm_up_days + weekday) * DAY_S
    rows = found["log"][: found["logged"]]
    rows = rows[(rows["arrived"] >= midnight) & (rows["arrived"] < midnight + DAY_S)]
    return [
        Attempt(
            caller=int(row["caller"]),
            type=scenario.types[row["type"]].name,
            channel=scenario.types[row["type"]].channel,
            arrived_s=float(row["arrived"] - midnight),
            waited_until_s=float(row["ended_waiting"] - midnight),
            outcome=OUTCOMES[row["outcome"]],
            handler=places[row["handler"]] if row["handler"] >= 0 else None,
            talk_s=float(row["talk"]),
            wrap_s=float(row["wrap"]),
            attempt=int(row["attempt"]),
            leg=int(row["legs"]),
            vulnerable=bool(row["marks"] & VULNERABLE),
            repeat=bool(row["marks"] & REPEAT),
        )
        for row in sorted(rows, key=lambda row: float(row["arrived"]))
    ]
