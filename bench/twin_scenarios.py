"""The centre of bench/twin.py as scenarios of Darwin's twin: as it is, and with everything switched on."""

from twin_peers import HOURS, Centre


def plain_scenario(centre: Centre, days: int) -> str:
    """The centre and nothing else: what bench/twin_loop.c simulates."""
    return f"""
days = {days}
warm_up_days = 0
threshold_s = {centre.threshold}
[[types]]
name = "101"
rate_per_hour = {list(centre.rates)}
talk = {{ law = "exponential", mean = {centre.mean_talk} }}
wrap = {{ law = "none" }}
patience = {{ law = "exponential", mean = {centre.mean_patience} }}
[[groups]]
name = "handlers"
skills = ["101"]
handlers = {list(centre.handlers)}
"""


def full_scenario(centre: Centre, days: int, *, lognormal: bool = False) -> str:
    """The same calls, a fifth of them 999 and a tenth for the crime desk, and as many handlers or so in three
    groups with lists of skills, in shifts over midnight with breaks and absence; a day effect, redial, a
    call-back that keeps its place, callers with a marker ahead.

    Talk is exponential as it is in the plain centre, or lognormal with a lognormal wrap-up after it.
    """
    work = f'talk = {{ law = "exponential", mean = {centre.mean_talk} }}'
    if lognormal:
        work = (
            f'talk = {{ law = "lognormal", mean = {centre.mean_talk * 0.7}, cv = 0.9 }}\n'
            f'wrap = {{ law = "lognormal", mean = {centre.mean_talk * 0.3}, cv = 0.7 }}'
        )
    peak = max(centre.handlers)
    night = centre.handlers[HOURS - 1]
    shares = {"999": 0.2, "101": 0.7, "crime": 0.1}
    types = "".join(
        f"""
[[types]]
name = "{name}"
rate_per_hour = {[rate * share for rate in centre.rates]}
{work}
patience = {{ law = "exponential", mean = {centre.mean_patience} }}
redial = {{ probability = 0.4, delay = {{ law = "exponential", mean = 400 }} }}
priority = {1 if name == "999" else 2}
vulnerable = 0.1
threshold_s = {10 if name == "999" else 30}
{"callback = { accepted = 0.2, over_s = 120, reached = 0.9 }" if name == "101" else ""}
"""
        for name, share in shares.items()
    )
    groups = "".join(
        f"""
[[groups]]
name = "{name}"
skills = {skills}
absence = 0.04
shifts = [
{_shift("07:00", 10, peak * share * 0.95)}
{_shift("12:00", 10, peak * share * 1.0)}
{_shift("22:00", 9, night * share * 1.2)}
]
"""
        for name, skills, share in (
            ("emergency desk", '["999", "101"]', 0.3),
            ("101 desk", '["101", "crime"]', 0.4),
            ("all-rounders", '["101", "999", "crime"]', 0.3),
        )
    )
    return f"""
days = {days}
warm_up_days = 0
threshold_s = {centre.threshold}
day_effect_cv = 0.05
{types}{groups}
[policy]
vulnerable_ahead = 0.5
"""


def _shift(start: str, hours: int, handlers: float) -> str:
    return (
        f'  {{ start = "{start}", hours = {hours}, handlers = {max(1, round(handlers))}, '
        f"breaks = [{{ after_hours = {hours / 2}, minutes = 45 }}] }},"
    )
