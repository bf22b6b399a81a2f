"""Waiting for a free handler: Erlang B, C and A, exactly.

Calls arrive by a Poisson process, talk (with what must be done after it) is exponential, `servers` handlers
take calls in the order of arrival. Seconds and calls per second throughout.

Sources: A. K. Erlang, Solution of some problems in the theory of probabilities (1917), for B and C; C. Palm,
Methods of judging the annoyance caused by congestion (1946), and O. Garnett, A. Mandelbaum and M. Reiman,
Designing a call center with impatient customers (2002), for A. How they are computed, and why to 1e-9 of the
value from 0.01 to 10,000 erlangs, is said in `queueing_kernels`; how peers and high precision compare, in the
tests and in bench/queueing.py.

Two averages are often mixed up, so both are named: `asa_answered` is the mean wait of those who were answered
(average speed of answer), `mean_wait_all` of everybody let in, until answered or until they gave up.
"""

import math
from dataclasses import dataclass
from operator import index

from darwin.errors import DarwinError
from darwin.science.queueing_kernels import (
    erlang_a_kernel,
    erlang_a_limited_kernel,
    erlang_c_kernel,
    excess,
    required_servers_kernel,
    states,
)

THRESHOLD_S = 30.0


class QueueingRefused(DarwinError):
    """A number that no queue can have; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What callers and handlers meet in the long run. Shares lie from 0 to 1, times are seconds.

    p_wait: share of those let in who find all servers busy. p_abandon, p_block, p_answered: shares of all
    offered who give up, find no place, are answered; they add up to 1. service_level: share of all offered
    answered within the threshold; service_level_of_answered: the same of the answered. asa_answered: mean
    wait of the answered. mean_wait_all: mean wait of all let in, those who give up included. occupancy:
    share of the servers' time spent serving. mean_queue: callers waiting at a random moment.
    """

    p_wait: float
    p_abandon: float
    service_level: float
    service_level_of_answered: float
    asa_answered: float
    mean_wait_all: float
    occupancy: float
    mean_queue: float
    p_answered: float
    p_block: float = 0.0


NOBODY_CALLS = Performance(0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
_UNSTABLE = Performance(1.0, 0.0, 0.0, 0.0, math.inf, math.inf, 1.0, math.inf, 1.0)


def erlang_b(offered_load: float, servers: int) -> float:
    """The share of calls that find all `servers` busy and are lost; `offered_load` in erlangs.

    Raises QueueingRefused for a load that is negative or not finite, or servers that are no whole number.
    """
    load = _at_least_0(offered_load, "offered load")
    servers = _whole(servers, 0, "number of servers")
    if load == 0.0:
        return 1.0 if servers == 0 else 0.0
    below, at = states(load, servers)
    return float(at / (below + at))


def erlang_c(
    arrival_rate: float, mean_service: float, servers: int, threshold: float = THRESHOLD_S
) -> Performance:
    """M/M/c: everybody waits until they are answered.

    `arrival_rate` in calls a second; `mean_service` and `threshold` in seconds. With a load of at least
    `servers` (or less by no more than the rounding of a double) the queue grows without end, and the result
    says so: p_wait 1, service levels 0, waits and queue infinite, occupancy 1. p_answered stays 1: nobody
    gives up. Without calls, the limit of few calls: nobody waits, service levels 1. Raises QueueingRefused
    for bad input.
    """
    rate, service, servers, threshold = checked(arrival_rate, mean_service, servers, threshold)
    if rate == 0.0:
        return NOBODY_CALLS
    spare = excess(rate, service, servers)
    if spare <= 0.0:
        return _UNSTABLE
    p_wait, level = erlang_c_kernel(rate * service, servers, spare, threshold / service)
    wait = p_wait * service / spare
    return Performance(p_wait, 0.0, level, level, wait, wait, rate * service / servers, rate * wait, 1.0)


def erlang_a(
    arrival_rate: float,
    mean_service: float,
    mean_patience: float,
    servers: int,
    threshold: float = THRESHOLD_S,
    capacity: int | None = None,
) -> Performance:
    """M/M/c+M: a caller gives up after an exponential patience.

    `arrival_rate` in calls a second; `mean_service`, `mean_patience` and `threshold` in seconds; an infinite
    patience is that of Erlang C. `capacity` is how many calls may be in the system, those in service
    included: a caller who finds it full is blocked (p_block), p_abandon and the service level are shares of
    all offered, p_wait and mean_wait_all are of those let in. Without calls, the limit of few calls. Raises
    QueueingRefused for bad input, a capacity below `servers` among it.
    """
    rate, service, servers, threshold = checked(arrival_rate, mean_service, servers, threshold)
    patience = _patience(mean_patience)
    if capacity is not None:
        capacity = _whole(capacity, 0, "capacity")
        if capacity < servers:
            raise QueueingRefused(
                f"The capacity of {capacity} calls is below the {servers} servers. It counts calls in service"
                " too, so it must be at least the number of servers."
            )
    if rate == 0.0:
        return NOBODY_CALLS
    load, within = rate * service, threshold / service
    if capacity is None:
        if patience == math.inf:
            return erlang_c(rate, service, servers, threshold)
        p_wait, p_abandon, answered, soon, delay = erlang_a_kernel(
            load, servers, excess(rate, service, servers), service / patience, within
        )
        wait, queue, blocked = p_abandon * patience, rate * p_abandon * patience, 0.0
    else:
        p_wait, wait, p_abandon, answered, soon, delay, blocked, queue = erlang_a_limited_kernel(
            load, servers, capacity - servers, service / patience, within
        )
        wait *= service
    return Performance(
        p_wait,
        p_abandon,
        soon,
        soon / answered,
        delay / answered * service,
        wait,
        load * answered / servers,
        queue,
        answered,
        blocked,
    )


def required_servers(
    arrival_rate: float,
    mean_service: float,
    target: float,
    threshold: float = THRESHOLD_S,
    mean_patience: float | None = None,
) -> int:
    """The fewest servers, at least 1, whose service level of all offered reaches `target`.

    `target` is a share between 0 and 1, neither included; rates and times as in `erlang_a`, without
    `mean_patience` as in `erlang_c`. The service level rises with each server, so the interval is halved.
    Raises QueueingRefused for bad input.
    """
    rate, service, _, threshold = checked(arrival_rate, mean_service, 1, threshold)
    if not 0.0 < target < 1.0:
        raise QueueingRefused(
            f"The target {target} is not a share between 0 and 1. For 90 per cent give 0.9; no number of"
            " servers reaches 1."
        )
    patience = math.inf if mean_patience is None else _patience(mean_patience)
    if rate == 0.0:
        return 1
    return int(required_servers_kernel(rate, service, target, service / patience, threshold / service))


def checked(rate: float, service: float, servers: int, threshold: float) -> tuple[float, float, int, float]:
    """Rate, service, servers and threshold as a queue can have them. Raises QueueingRefused otherwise."""
    found = (
        _at_least_0(rate, "arrival rate"),
        _above_0(service, "mean service time"),
        _whole(servers, 1, "number of servers"),
        _at_least_0(threshold, "threshold"),
    )
    if rate * service == 0.0 < rate:
        raise QueueingRefused(
            f"A load of {rate} calls a second of {service} seconds is too small to tell from none."
        )
    return found


def _at_least_0(value: float, name: str) -> float:
    if not 0.0 <= value < math.inf:
        raise QueueingRefused(f"The {name} is {value}; it must be a finite number, 0 or more.")
    return float(value)


def _above_0(value: float, name: str) -> float:
    if not 0.0 < value < math.inf:
        raise QueueingRefused(f"The {name} is {value}; it must be a finite number above 0.")
    return float(value)


def _patience(value: float) -> float:
    if not value > 0.0:
        raise QueueingRefused(
            f"The mean patience is {value}; it must be above 0 seconds (infinite where nobody gives up)."
        )
    return float(value)


def _whole(value: int, least: int, name: str) -> int:
    try:
        found = index(value)
    except TypeError:
        found = least - 1
    if found < least or isinstance(value, bool):
        raise QueueingRefused(f"The {name} is {value}; it must be a whole number, {least} or more.")
    return found
