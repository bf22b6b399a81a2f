"""The compiled arithmetic of `queueing`: every sum and integral has positive terms only, so nothing cancels.

The unit of time is one mean service: load a = arrivals in it, r = mean service / mean patience (0: nobody
gives up), c servers. With N in the system, P(N = k) is proportional to a^k / k! up to c, and above it each
further caller multiplies by a / (c + j r).

A caller who would wait v if patient to the end finds v with the density p_c c exp(h(v)), where
h(v) = a (1 - exp(-r v)) / r - c v (F. Baccelli and G. Hebuterne, On queues with impatient customers, 1981;
S. Zeltyn and A. Mandelbaum, Call centers with impatient customers, 2005). h is concave, so the integrals of
exp(h) are taken in both directions from its peak, by Gauss-Legendre panels no wider than h lets them be; the
cost does not grow with the load.
"""

import math

import numpy as np

from darwin.science.kernels import njit

NODES = 16
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(NODES)
# Times the scale on which exp(h) changes; with 16 nodes 2 and 4 give the same to 1e-13 (measured).
_PANEL = 3.0
# exp(-45) = 3e-20: what lies lower than that beside the peak is lost in rounding.
_NEGLIGIBLE = -45.0
# Of 1 - exp(-t) - t, divided by t²; the highest power first.
_SERIES = np.array([(-1.0) ** (n + 1) / math.factorial(n) for n in range(16, 1, -1)])
_LARGE, _SHRINK = 1e100, 1e-100
_LOG_LARGE = 100.0 * math.log(10.0)
_SPLIT = 134217729.0  # 2^27 + 1 (Veltkamp)
_ROUNDING = 2.0**-50


@njit(cache=True)
def excess(arrival_rate: float, mean_service: float, servers: int) -> float:
    """Servers less load, with the rounding of the product taken out (Dekker 1971); 0 within 2^-50 of it."""
    load = arrival_rate * mean_service
    high = arrival_rate * _SPLIT
    a_high = high - (high - arrival_rate)
    a_low = arrival_rate - a_high
    high = mean_service * _SPLIT
    b_high = high - (high - mean_service)
    b_low = mean_service - b_high
    lost = ((a_high * b_high - load) + a_high * b_low + a_low * b_high) + a_low * b_low
    left = (servers - load) - lost
    return 0.0 if abs(left) <= _ROUNDING * servers else left


@njit(cache=True)
def states(load: float, servers: int) -> tuple[float, float]:
    """(sum of P(N = k) for k < servers, P(N = servers)) of a queue cut at `servers`, up to a common factor.

    The factor makes the largest term 1. Terms are added outwards from it until they no longer count.
    """
    peak = min(float(servers), math.floor(load))
    term, total = 1.0, 0.0 if peak == servers else 1.0
    k = peak
    while k > 0.0:
        term *= k / load
        k -= 1.0
        total += term
        if term < 1e-18 * total:
            break
    term = 1.0
    k = peak
    while k < servers:
        k += 1.0
        term *= load / k
        if k < servers:
            total += term
        if term == 0.0:
            break
    return total, term


@njit(cache=True)
def bends_down(t: float) -> float:
    """1 - exp(-t) - t, which is about -t²/2, without cancellation."""
    if abs(t) > 0.5:
        return 1.0 - math.exp(-t) - t
    total = 0.0
    for i in range(len(_SERIES)):
        total = total * t + _SERIES[i]
    return total * t * t


@njit(cache=True)
def above_log(u: float) -> float:
    """u - log(1 + u), which is about u²/2, without cancellation; u > 0."""
    if u > 1.0:
        return u - math.log1p(u)
    z = u / (2.0 + u)
    square, power, total = z * z, z * z * z, 0.0
    for n in range(3, 45, 2):
        total += power / n
        power *= square
        if power < 1e-18 * total:
            break
    return u * z - 2.0 * total


@njit(cache=True)
def from_peak(
    start: float, end: float, level: float, peak: float, steepest: float, slope: float, r: float
) -> tuple[float, float, float, float]:
    """Integrals of exp(h(v) - h(peak) - level) from `start` to `end`, on one side of the peak, outwards.

    h(v) - h(peak) = steepest / r · (1 - exp(-t) - t) - slope · v with t = r (v - peak). Returns them weighted
    by 1, by exp(-r v) (who has that much patience), by 1 - exp(-r v), and by v exp(-r v).
    """
    everybody = staying = leaving = delay = 0.0
    patient, gone = math.exp(-r * peak), -math.expm1(-r * peak)
    curve = steepest / r
    direction = 1.0 if end > start else -1.0
    at = start
    while at * direction < end * direction:
        t = r * (at - peak)
        if curve * bends_down(t) - slope * at - level < _NEGLIGIBLE:
            break
        fall = math.exp(-t)
        pace = abs(steepest * math.expm1(-t) - slope) + math.sqrt(steepest * r * fall)
        if fall * max(1.0, curve) > 1e-18:
            pace += r
        width = min(_PANEL / pace, abs(end - at))
        middle, half = at + direction * 0.5 * width, 0.5 * width
        for i in range(NODES):
            v = middle + half * _POINTS[i]
            t = r * (v - peak)
            bend = bends_down(t)
            weight = _WEIGHTS[i] * half * math.exp(curve * bend - slope * v - level)
            stays = weight * patient * (1.0 - t - bend if abs(t) < 0.5 else math.exp(-t))
            everybody += weight
            staying += stays
            leaving += weight * (gone + patient * (t + bend))
            delay += v * stays
        at = end if width == abs(end - at) else at + direction * width
    return everybody, staying, leaving, delay


@njit(cache=True)
def erlang_a_kernel(
    load: float, servers: int, spare: float, r: float, threshold: float
) -> tuple[float, float, float, float, float]:
    """(p_wait, p_abandon, answered, answered within threshold, delay of the answered per offered caller).

    `spare` is `excess`; r > 0; times in mean services.
    """
    below, at = states(load, servers)
    peak, top, steepest, slope = 0.0, 0.0, load, spare
    if spare < 0.0:
        over = -spare / servers
        peak, steepest, slope = math.log1p(over) / r, float(servers), 0.0
        top = steepest / r * above_log(over)
    left = from_peak(peak, 0.0, 0.0, peak, steepest, slope, r)
    soon = 0.0
    if threshold < peak:
        level = steepest / r * bends_down(r * (threshold - peak))
        soon = from_peak(threshold, 0.0, level, peak, steepest, slope, r)[1] * math.exp(level)
        near, far = left, from_peak(peak, math.inf, 0.0, peak, steepest, slope, r)
    else:
        near = from_peak(peak, threshold, 0.0, peak, steepest, slope, r)
        far = from_peak(threshold, math.inf, 0.0, peak, steepest, slope, r)
        soon = left[1] + near[1]
        near = (left[0] + near[0], left[1] + near[1], left[2] + near[2], left[3] + near[3])
    # Everything relative to the peak of exp(h), which is exp(top).
    below *= math.exp(-top)
    arrive = at * servers
    total = below + arrive * (near[0] + far[0])
    return (
        arrive * (near[0] + far[0]) / total,
        arrive * (near[2] + far[2]) / total,
        (below + arrive * (near[1] + far[1])) / total,
        (below + arrive * soon) / total,
        arrive * (near[3] + far[3]) / total,
    )


@njit(cache=True)
def erlang_a_limited_kernel(
    load: float, servers: int, places: int, r: float, threshold: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """A queue with `places` to wait; r may be 0. Delay and waits in mean services.

    (p_wait and mean wait of those let in; then of all offered: p_abandon, answered, answered within
    threshold, delay of the answered, p_block; last the mean queue.)

    Who finds j waiting is answered after j + 1 departures, at the rates c, c + r, …, c + j r, if they stay so
    long: with probability c / (c + (j + 1) r), within the threshold if a negative binomial number (Poisson if
    r is 0) exceeds j. The sums over the queue and over that number run together.
    """
    below, weight = states(load, servers)
    waiting = answered = leaving = delay = queue = soon = 0.0
    unit = 0.0  # sum of 1 / (c + (i + 1) r) up to j
    step = threshold if r == 0.0 else -math.expm1(-r * threshold) / r
    # The terms of the negative binomial are chance · exp(first) · 1e100^shrinks; head is their sum so far.
    first, shrinks, chance, head = -(servers + r) * threshold, 0, 1.0, 1.0
    j = 0
    while j < places and weight > 0.0:
        rate = servers + (j + 1) * r
        unit += 1.0 / rate
        stays = weight * servers / rate
        waiting += weight
        answered += stays
        leaving += weight * (j + 1) * r / rate
        delay += stays * unit
        queue += j * weight
        weight *= load / rate
        j += 1
        chance *= step * (rate / j)
        soon += chance * answered
        head += chance
        if chance > _LARGE:
            chance, head, soon, shrinks = chance * _SHRINK, head * _SHRINK, soon * _SHRINK, shrinks + 1
        if weight > _LARGE:
            weight, below, queue, soon = weight * _SHRINK, below * _SHRINK, queue * _SHRINK, soon * _SHRINK
            waiting, answered = waiting * _SHRINK, answered * _SHRINK
            leaving, delay = leaving * _SHRINK, delay * _SHRINK
    queue += j * weight
    lift = first + shrinks * _LOG_LARGE
    if soon > 0.0:
        soon = math.exp(lift + math.log(soon)) + answered * _tail(step, servers, r, j, chance, head, lift)
    let_in = below + waiting
    total = let_in + weight
    return (
        waiting / let_in,
        queue / (load * let_in),
        leaving / total,
        (below + answered) / total,
        (below + soon) / total,
        delay / total,
        weight / total,
        queue / total,
    )


@njit(cache=True)
def _tail(step: float, servers: int, r: float, last: int, chance: float, head: float, lift: float) -> float:
    """The chance that the negative binomial number exceeds `last`."""
    under = math.exp(lift + math.log(head))
    if under < 0.5:
        return 1.0 - under
    term = math.exp(lift + math.log(chance)) if chance > 0.0 else 0.0
    total = 0.0
    j = last
    while True:
        j += 1
        ratio = step * ((servers + j * r) / j)
        term *= ratio
        total += term
        if ratio < 1.0 and term <= 1e-18 * total * (1.0 - ratio):
            return total


@njit(cache=True)
def erlang_c_kernel(load: float, servers: int, spare: float, threshold: float) -> tuple[float, float]:
    """(p_wait, answered within threshold); spare > 0 is `excess`, times in mean services."""
    below, at = states(load, servers)
    wait = at * (servers / spare)
    return wait / (below + wait), (below - wait * math.expm1(-spare * threshold)) / (below + wait)


@njit(cache=True)
def service_level_kernel(
    arrival_rate: float, mean_service: float, servers: int, r: float, threshold: float
) -> float:
    """The share of the offered that is answered within the threshold; r is 0 where nobody gives up."""
    spare = excess(arrival_rate, mean_service, servers)
    load = arrival_rate * mean_service
    if r > 0.0:
        return erlang_a_kernel(load, servers, spare, r, threshold)[3]
    return erlang_c_kernel(load, servers, spare, threshold)[1] if spare > 0.0 else 0.0


@njit(cache=True)
def required_servers_kernel(
    arrival_rate: float, mean_service: float, target: float, r: float, threshold: float
) -> int:
    """The fewest servers, at least 1, that reach the target: from the load outwards by doubled steps, then by
    halving the interval."""
    short = enough = max(1, math.ceil(arrival_rate * mean_service))
    step = 1
    if service_level_kernel(arrival_rate, mean_service, enough, r, threshold) < target:
        while service_level_kernel(arrival_rate, mean_service, enough, r, threshold) < target:
            short = enough
            enough += step
            step *= 2
    else:
        short = max(0, enough - step)
        while short > 0 and service_level_kernel(arrival_rate, mean_service, short, r, threshold) >= target:
            enough = short
            step *= 2
            short = max(0, enough - step)
    while enough - short > 1:
        middle = (short + enough) // 2
        if service_level_kernel(arrival_rate, mean_service, middle, r, threshold) < target:
            short = middle
        else:
            enough = middle
    return enough
