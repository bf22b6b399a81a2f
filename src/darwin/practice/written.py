"""What comes in writing: online reports, live chats and e-mails. Nobody waits in a queue for these."""

from dataclasses import replace
from datetime import date

from numpy.random import Generator

from darwin.practice.demand import WRITTEN_HOURS, Demand, draw_arrivals
from darwin.practice.draws import DISPOSITIONS_101, draw_callers
from darwin.practice.rows import Call
from darwin.practice.story import MONTHS_BEFORE, Story

ONLINE_FIRST_MONTH = 900.0
ONLINE_LAST_MONTH = 2_600.0
CHAT_FIRST_MONTH = 250.0
CHAT_LAST_MONTH = 600.0
EMAILS_A_MONTH = 2_500.0
GIVES_A_NUMBER = 0.6
DAYS_A_MONTH = 365.25 / 12
ONLINE_WORK_S, ONLINE_WORK_SPREAD = 600.0, 0.75
"""How long a colleague works at an online report, and the spread of the logarithm. An assumption: reading,
recording and answering one takes somewhat longer than a call."""

FLAT = Demand(1.0, WRITTEN_HOURS, (1.05, 1.03, 1.02, 1.01, 1.0, 0.95, 0.94), (1.0,) * 12, 0.95, 0.06, 0.0)
_OFFICE = replace(FLAT, weekdays=(1.25, 1.2, 1.15, 1.15, 1.1, 0.6, 0.55), bank_holiday=0.6)


def planted_a_month(first: float, last: float, story: Story, day: date) -> float:
    """The expected number a month on `day`: a steady growth from the first month of the story to the last.

    After the month in which the force was opened it stays where it was.
    """
    months = (day.year - story.first_month.year) * 12 + day.month - story.first_month.month
    return first * float((last / first) ** (min(months, MONTHS_BEFORE) / MONTHS_BEFORE))


def play_written(story: Story, day: date, rng: Generator) -> list[Call]:
    """Every written contact of the shift-day that begins on `day`."""
    online = planted_a_month(ONLINE_FIRST_MONTH, ONLINE_LAST_MONTH, story, day)
    chats = planted_a_month(CHAT_FIRST_MONTH, CHAT_LAST_MONTH, story, day)
    calls: list[Call] = []
    for channel, prefix, a_month, shape in (
        ("ONLINE_REPORT", "O", online, FLAT),
        ("LIVE_CHAT", "L", chats, FLAT),
        ("EMAIL", "M", EMAILS_A_MONTH, _OFFICE),
    ):
        arrivals = draw_arrivals(replace(shape, a_day=a_month / DAYS_A_MONTH), day, rng)
        gives = (rng.random(len(arrivals)) < GIVES_A_NUMBER).tolist()
        drawn = draw_callers(rng, len(arrivals), channel, f"{prefix}{day:%Y%m%d}", DISPOSITIONS_101)
        for moment, call, with_number in zip(arrivals, drawn, gives, strict=True):
            call.arrived = call.ended = moment
            call.interpreter = False
            call.access_route = ""
            if not with_number:
                call.number = ""
            calls.append(call)
    return calls


def reports_instead(given_up: list[Call], rng: Generator) -> list[Call]:
    """The online reports of callers who gave up 101 and wrote within 45 minutes, from the same number."""
    minutes = rng.uniform(3, 45, len(given_up)).tolist()
    reports: list[Call] = []
    for call, after in zip(given_up, minutes, strict=True):
        moment = call.ended + int(after * 60_000)
        report = Call(f"{call.call_id}-O", "ONLINE_REPORT", moment, call.number, call.language)
        report.caller_role, report.disposition = call.caller_role, "REFERRED"
        report.redial_of, report.ended = call.call_id, moment
        reports.append(report)
    return reports
