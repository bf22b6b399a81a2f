"""The centre of bench/twin.py in SimPy and in Ciw, each as its documentation would write it.

One queue, exponential talk and patience, callers at a Poisson rate of each hour of the day, handlers of each
hour of the day. Staffing falls by the identity rule: the idle go first, who talks finishes the call and goes.
Both give, for every simulated day, [offered, answered, abandoned, within the threshold, seconds waited by the
answered, seconds waited by those who gave up], as bench/twin_loop.c does.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import ciw
import simpy

HOURS = 24
HOUR_S = 3600.0
DAY_S = HOURS * HOUR_S


@dataclass(frozen=True, slots=True)
class Centre:
    """Calls an hour and handlers of each hour of the day; means and threshold in seconds."""

    rates: tuple[float, ...]
    handlers: tuple[int, ...]
    mean_talk: float
    mean_patience: float
    threshold: float


def new_days(days: int) -> list[list[float]]:
    return [[0.0] * 6 for _ in range(days)]


def note(days: list[list[float]], at: float, waited: float, answered: bool, threshold: float) -> None:
    """Count one caller, who was answered or gave up after `waited` seconds, on the day of `at`."""
    row = days[min(int(at // DAY_S), len(days) - 1)]
    row[0] += 1
    row[1 if answered else 2] += 1
    row[3] += answered and waited <= threshold
    row[4 if answered else 5] += waited


class Desk(simpy.Resource):  # type: ignore[misc]
    """A resource whose capacity is the staffing of the hour: SimPy never takes one away from who holds it."""

    def staff(self, handlers: int) -> None:
        free = handlers - len(self.users)
        self._capacity = handlers
        for _ in range(free):
            self._trigger_put(None)


def with_simpy(centre: Centre, days: int, seed: int) -> list[list[float]]:
    draw = random.Random(seed)
    found = new_days(days)
    env = simpy.Environment()
    desk = Desk(env, centre.handlers[0])

    def caller() -> Generator[Any, Any, None]:
        began = env.now
        with desk.request() as request:
            patience = env.timeout(draw.expovariate(1 / centre.mean_patience))
            answered = request in (yield request | patience)
            note(found, began, env.now - began, answered, centre.threshold)
            if answered:
                yield env.timeout(draw.expovariate(1 / centre.mean_talk))

    def hours() -> Generator[Any, Any, None]:
        for hour in range(days * HOURS):
            desk.staff(centre.handlers[hour % HOURS])
            env.process(arrivals(centre.rates[hour % HOURS] / HOUR_S, env.now + HOUR_S))
            yield env.timeout(HOUR_S)

    def arrivals(rate: float, until: float) -> Generator[Any, Any, None]:
        while (gap := draw.expovariate(rate)) < until - env.now:
            yield env.timeout(gap)
            env.process(caller())

    env.process(hours())
    env.run(until=days * DAY_S)
    return found


class Floor(ciw.Node):  # type: ignore[misc]
    """Ciw brings a whole new shift at each change beside those who still talk; this keeps who is there."""

    def change_shift(self) -> None:
        self.schedule.get_next_shift()
        self.next_shift_change = self.schedule.next_shift_change_date
        self.c = self.schedule.c
        staying = [server for server in self.servers if not server.offduty]
        leaving = sorted(staying, key=lambda server: bool(server.busy))[: max(0, len(staying) - self.c)]
        for server in leaving:
            server.shift_end = self.next_event_date
            if server.busy:
                server.offduty = True
            else:
                self.kill_server(server)
        self.add_new_servers(max(0, self.c - len(staying)))
        self.begin_service_if_possible_change_shift()


def with_ciw(centre: Centre, days: int, seed: int) -> list[list[float]]:
    ciw.seed(seed)
    ends = [HOUR_S * (hour + 1) for hour in range(HOURS)]
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.PoissonIntervals([rate / HOUR_S for rate in centre.rates], ends, days * DAY_S)
        ],
        service_distributions=[ciw.dists.Exponential(1 / centre.mean_talk)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / centre.mean_patience)],
        number_of_servers=[ciw.Schedule(numbers_of_servers=list(centre.handlers), shift_end_dates=ends)],
    )
    simulation = ciw.Simulation(network, node_class=Floor)
    simulation.simulate_until_max_time(days * DAY_S)
    found = new_days(days)
    for record in simulation.get_all_records(only=["service", "renege"]):
        answered = record.record_type == "service"
        note(found, record.arrival_date, record.waiting_time, answered, centre.threshold)
    return found
